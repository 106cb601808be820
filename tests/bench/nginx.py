"""An nginx of its own for a measurement: on loopback, at a free port, with its files in a temporary folder."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Final, Self

HOW_TO_INSTALL: Final = "nginx is missing: apt-get install nginx (Debian's package; it need not run as a service)"
_STARTS_WITHIN: Final = 10.0  # seconds
# gzip is off: what packing and unpacking costs is no matter of the client's code.
_CONFIG: Final = """
daemon off;
{user}
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  types {{ text/html html; text/plain txt; }}
  default_type text/html;
  charset utf-8;
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 60s;
  keepalive_requests 1000000;
  open_file_cache max=20000 inactive=600s;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {root};
    location = /requests-so-far {{ stub_status; }}
    {locations}
  }}
}}
"""


def find_nginx() -> str | None:
    """Where nginx is, None where it is not installed."""
    return shutil.which("nginx", path=os.environ.get("PATH", "") + os.pathsep + "/usr/sbin")


class Nginx:
    """Serves the files under *root*; a context manager. *locations*: further blocks of its configuration.

    Raises RuntimeError where nginx is missing or does not start.
    """

    def __init__(self, folder: Path, root: Path, cpu: int | None = None, locations: str = "") -> None:
        self.folder = folder
        self.cpu = cpu
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{port}"
        # Started by root it would read the files as nobody, who may not enter a temporary folder.
        user = f"user {getpass.getuser()};" if os.geteuid() == 0 else ""
        self._config = _CONFIG.format(user=user, folder=folder, port=port, root=root, locations=locations)

    def __enter__(self) -> Self:
        program = find_nginx()
        if program is None:
            raise RuntimeError(HOW_TO_INSTALL)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "nginx.conf").write_text(self._config, "utf-8")
        self._process = subprocess.Popen(
            # The log that is named in the configuration is opened only after the one that is built in.
            [program, "-p", self.folder, "-c", "nginx.conf", "-e", self.folder / "error.log"],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        if self.cpu is not None:
            os.sched_setaffinity(self._process.pid, {self.cpu})  # before it starts its worker, which inherits it
        until = time.monotonic() + _STARTS_WITHIN
        while time.monotonic() < until and self._process.poll() is None:
            try:
                self.requests()
            except OSError:
                time.sleep(0.02)
            else:
                return self
        self.__exit__(None, None, None)
        raise RuntimeError(f"nginx did not start: {(self.folder / 'error.log').read_text('utf-8')[-2000:]}")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait()

    def requests(self) -> int:
        """How many requests it has answered so far, this one not counted."""
        with urllib.request.urlopen(self.url + "/requests-so-far") as response:
            (counted,) = re.findall(r"^ \d+ \d+ (\d+)", response.read().decode(), re.MULTILINE)
        self._asked = getattr(self, "_asked", 0) + 1
        return int(counted) - self._asked

    def version(self) -> str:
        """Its version."""
        said = subprocess.run([find_nginx() or "nginx", "-v"], capture_output=True, text=True, check=True).stderr
        return said.strip().rpartition("/")[2]
