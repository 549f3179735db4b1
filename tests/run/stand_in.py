"""A program that does what a test asks of a server. Standard library only, so it starts at once.

stand_in.py serve PORT        answers 200 on every path
stand_in.py family FILE       starts a child that would live on, writes its id to FILE
stand_in.py stubborn          ignores SIGTERM
stand_in.py say CODE LINE…    prints the lines and ends with CODE
"""

import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"Hello from Rasa")

    def log_message(self, *words: object) -> None:
        pass


def main(what: str, *words: str) -> None:
    if what == "serve":
        HTTPServer(("127.0.0.1", int(words[0])), Handler).serve_forever()
    elif what == "family":
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        Path(words[0]).write_text(str(child.pid))
        time.sleep(600)
    elif what == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        print("deaf", flush=True)
        time.sleep(600)
    elif what == "say":
        print("\n".join(words[1:]), flush=True)
        sys.exit(int(words[0]))


if __name__ == "__main__":
    main(*sys.argv[1:])
