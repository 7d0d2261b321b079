"""What porttui teaches: lessons about ports and this machine, and the words of the trade."""
