"""What runs in a lab: programs of the standard library alone, which end with the porttui that started them."""
