"""A real nginx on the stage."""

from __future__ import annotations

from pathlib import Path

from tests.system.stage import Namespace, Server

_SETTINGS = """
daemon off; pid {folder}/pid; error_log {folder}/error.log; worker_processes {workers};
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{ {server} }}
}}
"""


def start_nginx(stage: Namespace, folder: Path, port: int, server: str, workers: int = 1) -> Server:
    """Start nginx with the text of one server block; returns when it listens on the port."""
    settings = folder / "nginx.conf"
    settings.write_text(_SETTINGS.format(folder=folder, server=server, workers=workers))
    return stage.serve(port, "nginx", "-p", str(folder), "-e", "stderr", "-c", str(settings))
