"""A certificate that has expired."""

from __future__ import annotations

import shutil

from porttui.labs.common import linux_only, page, starts_with
from porttui.labs.lab import Lab, Look, Scene
from porttui.labs.programs.vault import TRUSTED
from porttui.labs.stage import Stage, environment


def _start(stage: Stage) -> Scene:
    """Trust both certificates, as a company's authority would have signed them, and serve the old one."""
    vault = stage.start("vault")
    stage.shared["LAB_CERTIFICATES"] = f"/proc/{vault.pid}/fd"
    stage.variables["SSL_CERT_FILE"] = f"/proc/{vault.pid}/fd/{TRUSTED}"
    port = page(stage, "--tls", "on", "--certificate", "old").port
    page(stage, "--tls", "on", "--certificate", "old", "--port", port)
    return Scene(target=f"https://127.0.0.1:{port}", words={"port": port})


def _look(stage: Stage, scene: Scene) -> Look:
    said = stage.fetch(scene.target)
    return Look(solved=said.page == "page", word=said.word)


def _missing() -> str:
    if shutil.which("openssl", path=environment()["PATH"]) is None:
        return "it takes openssl, which is not found here"
    return linux_only()


LAB = Lab(
    name="use-by-date",
    title="Over night",
    code="cert-expired",
    lesson="certificates",
    story="""
        {target} worked until yesterday. Nobody has touched the server, the client or the network; since this
        morning the program that asks it ends with an error about verification.
    """,
    goal="A program that checks certificates gets {target}.",
    hints=(
        "Does the connection fail, or what is said on it? ! curl -sS {target}",
        (
            "A certificate has a first and a last day. Read them: ! echo | openssl s_client -connect 127.0.0.1:{port} "
            "2>/dev/null | openssl x509 -noout -dates"
        ),
        "It has expired, and a new one is there already. Serve that: e --tls on --certificate new",
    ),
    explanation="""
        A certificate says until when it is valid (RFC 5280, 4.1.2.5), and a client refuses it from the next second
        on: nothing has to change for that. Port, firewall and server are in order, the TLS handshake is what ends.
        Switching the check off in the client hides every other defect, too; renew the certificate, let the server
        read it anew, and let something renew it in time from now on.
    """,
    start=_start,
    look=_look,
    solve=starts_with("--tls", "on", "--certificate", "new"),
    missing=_missing,
)
