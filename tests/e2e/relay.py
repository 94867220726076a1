# SPDX-License-Identifier: Apache-2.0
"""A relay that takes mail by SMTP (RFC 5321), with STARTTLS and AUTH PLAIN where it has them, as far as a client needs one."""

import base64
import queue
import socketserver
import ssl
import threading

from countersign import PATIENCE


class Relay:
    """Keeps each message with its envelope: (sender, receivers, text, whether TLS, credential). refuses: answers to that many
    messages before the first is taken. certificate: (certificate, key) for STARTTLS; credential: b"user", b"password" wanted."""

    def __init__(self, refuses=0, certificate=None, credential=None):
        self.mails = queue.Queue()
        self.attempts = queue.Queue()  # of messages, and of dialogues that ended early
        relay = self
        left = [refuses]

        class Handler(socketserver.StreamRequestHandler):
            timeout = PATIENCE

            def say(self, line):
                self.wfile.write(line.encode() + b"\r\n")

            def handle(self):
                self.secured, self.proved, self.sender, self.receivers = False, None, None, []
                self.say("220 relay")
                for line in iter(self.rfile.readline, b""):
                    word, _, rest = line.decode().strip().partition(" ")
                    if not self.do(word.upper(), rest):
                        break
                relay.attempts.put(self.sender)

            def do(self, word, rest):
                if word == "EHLO":
                    offers = ["relay"] + (["STARTTLS"] if certificate and not self.secured else [])
                    offers += ["AUTH PLAIN"] if credential and (self.secured or not certificate) else []
                    for offer in offers[:-1]:
                        self.say("250-" + offer)
                    self.say("250 " + offers[-1])
                elif word == "STARTTLS" and certificate:
                    self.say("220 go")
                    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
                    context.load_cert_chain(*certificate)
                    self.connection = context.wrap_socket(self.request, server_side=True)
                    self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", 0)
                    self.secured = True
                elif word == "AUTH":
                    self.authenticate(rest)
                elif word == "MAIL":
                    self.sender = rest
                    self.say("250 ok" if not credential or self.proved else "530 authenticate first")
                elif word == "RCPT":
                    self.receivers.append(rest)
                    self.say("550 nobody" if "absent" in rest else "250 ok")
                elif word == "DATA":
                    self.take()
                elif word == "QUIT":
                    self.say("221 bye")
                    return False
                else:
                    self.say("250 ok")
                return True

            def authenticate(self, rest):
                initial = rest.split(" ", 1)[1] if " " in rest else None
                if initial is None:
                    self.say("334 ")
                    initial = self.rfile.readline().decode().strip()
                _, user, password = base64.b64decode(initial).split(b"\0")
                self.proved = (user, password) if (user, password) == credential else None
                self.say("235 ok" if self.proved else "535 wrong")

            def take(self):
                self.say("354 go on")
                lines = []
                for line in iter(self.rfile.readline, b".\r\n"):
                    lines.append(line[1:] if line.startswith(b".") else line)
                if left[0] > 0:
                    left[0] -= 1
                    self.say("451 later")
                    return
                relay.mails.put((self.sender, self.receivers, b"".join(lines).decode("ascii"), self.secured, self.proved))
                self.say("250 taken")

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = daemon_threads = True

            def handle_error(self, request, client_address):
                pass  # a client that refuses the certificate ends the dialogue

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        self.port = self.server.server_address[1]

    def take(self):
        return self.mails.get(timeout=PATIENCE)

    def close(self):
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()
