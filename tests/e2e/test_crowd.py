"""One client, or a crowd from one place, asks for all that it can get: others are served meanwhile."""

import contextlib
import selectors
import socket
import threading

from countersign import PATH, PATIENCE

WSDL = f"GET {PATH}?WSDL HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class Pipeliner:
    """Connections that send requests as fast as they are taken, and read what comes, until they are stopped."""

    def __init__(self, server, connections, request):
        self.sockets = [socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) for _ in range(connections)]
        self.request = request
        self.left = {s: b"" for s in self.sockets}
        self.is_over = False
        self.answered = 0
        self.began = threading.Event()
        self.thread = threading.Thread(target=self.run)

    def run(self):
        watch = selectors.DefaultSelector()
        for s in self.sockets:
            s.setblocking(False)
            watch.register(s, selectors.EVENT_READ | selectors.EVENT_WRITE)
        while not self.is_over:
            for key, what in watch.select(1):
                if what & selectors.EVENT_WRITE:
                    self.send(key.fileobj)
                with contextlib.suppress(BlockingIOError):
                    if what & selectors.EVENT_READ and key.fileobj.recv(1 << 20):
                        self.answered += 1
                        self.began.set()

    def send(self, s):
        left = self.left[s] or self.request * 64
        with contextlib.suppress(BlockingIOError):
            left = left[s.send(left):]
        self.left[s] = left

    def __enter__(self):
        self.thread.start()
        assert self.began.wait(PATIENCE)
        return self

    def __exit__(self, *_):
        self.is_over = True
        self.thread.join()
        for s in self.sockets:
            s.close()


def test_connections_that_pipeline_leave_room_for_others(own_server):
    server = own_server()
    front = server.children("front")
    with Pipeliner(server, 100, WSDL) as crowd:
        console = server.console(source="127.0.0.2")
        for number in range(20):
            before = crowd.answered
            assert console.login(f"nobody{number}@nowhere.example").result == "InvalidPassword"
        assert crowd.answered > before, "it was busy all the while"
    assert server.children("front") == front
