# SPDX-License-Identifier: Apache-2.0
"""The SOAP toolkits that are tried: README.md has what each of them does with our description."""

import os
from dataclasses import dataclass

HERE = os.path.dirname(os.path.abspath(__file__))


@dataclass(frozen=True)
class Client:
    name: str  # of its folder
    title: str
    uses: str  # what it takes from the description
    versions: tuple = ("1.1", "1.2")

    @property
    def is_npm(self):
        return self.name.startswith("npm-")

    def program(self, name):
        path = os.path.join(HERE, self.name, name)
        return path if os.path.exists(path) else None


LIGHT = [
    Client("curl", "curl", "its namespace"),
    Client("zeep", "Python: zeep", "everything"),
    Client("suds", "Python: suds", "everything", versions=("1.1",)),
    Client("php", "PHP: SoapClient", "everything"),
    Client("soap-lite", "Perl: SOAP::Lite", "its actions"),
    Client("soap-wsdl", "Perl: SOAP::WSDL", "everything", versions=("1.1",)),
    Client("npm-soap", "Node: soap", "everything"),
    Client("npm-strong-soap", "Node: strong-soap", "everything"),
]
HEAVY = [
    Client("gsoap", "C: gSOAP", "stubs"),
    Client("gsoap-chunked", "C: gSOAP, chunked requests", "stubs"),
    Client("jaxws", "Java: JAX-WS RI", "stubs"),
    Client("mono-wsdl", "C#: Mono, wsdl proxies", "stubs"),
    Client("mono-wcf", "C#: Mono, WCF", "nothing"),
]
SCENARIOS = ("approve", "letters", "reject", "password", "fault")
