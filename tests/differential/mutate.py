# SPDX-License-Identifier: Apache-2.0
"""Changes to recorded requests, of the kinds that programs and people make: the same seed gives the same requests."""

import random
import re
from dataclasses import replace

SOAP_11 = b"http://schemas.xmlsoap.org/soap/envelope/"
SOAP_12 = b"http://www.w3.org/2003/05/soap-envelope"
SERVICE = b"http://microsoft.com/webservices/"
ACTION = SERVICE + b"twoFactorCheckPushAuthStatus"

PIECES = [
    b"<!-- c -->", b"<!---->", b"<!-- a -- b -->", b"<?pi x?>", b"<?pi?>", b"<?xml version=\"1.0\"?>", b"<![CDATA[x]]>", b"<![CDATA[]]>",
    b"<![CDATA[]]]]>", b"&amp;", b"&lt;", b"&quot;", b"&apos;", b"&#65;", b"&#x41;", b"&#x1F600;", b"&#0;", b"&#1;", b"&#13;", b"&#10;", b"&#x20;", b"&#xD800;",
    b"&#xFFFE;", b"&#x110000;", b"&#;", b"&#x;", b"&#xg;", b"&#65", b"&;", b"& ", b"&foo;", b"&foo", b"<!DOCTYPE a>",
    b"<!DOCTYPE a [<!ENTITY foo 'x'>]>", b"<!ELEMENT a ANY>", b"<x/>", b"<x>y</x>", b"<x xmlns=''/>", b"<x:y/>", b"<x xmlns:x='u'/>", b"<",
    b">", b"\"", b"'", b"=", b"/", b"</", b"/>", b"?>", b"]]>", b"--", b" ", b"\n", b"\r", b"\r\n", b"\t", b"\0", b"\x01", b"\x0b", b"\x7f",
    b"\xc2\x85", b"\xe2\x80\xa8", b"\xc2\xa0", b"\xef\xbb\xbf", b"\xef\xbf\xbe", b"\xef\xbf\xbf", b"\xed\xa0\x80", b"\xc0\xaf", b"\xf0\x9f\x98\x80", b"\xc3\xa9",
    b"\xe9", b"\x80", b"\xf5\x80\x80\x80", b"\xf0\x9f", b"text", b":", b"x:", b"-", b"1",
]
ATTRIBUTES = [
    b" a='1'", b" a=\"1\"", b" a='1' a='2'", b" a", b" a=", b" a=1", b" a='<'", b" a='&lt;'", b" a='&foo;'", b" a='x\ny'", b" x:a='1'",
    b" xml:space='preserve'", b" xml:space='default'", b" xml:space='odd'", b" xml:lang='en'", b" xml:lang=''", b" xml:base='http://127.0.0.1/'", b" xml:id='a b'", b" xmlns=''", b" xmlns='u'",
    b" xmlns:x='u'", b" xmlns:x=''", b" xmlns:xml='u'", b" xmlns:xmlns='u'", b" xmlns:xsi='u'", b" xmlns:soap='u'", b" xsi:nil='true'", b" xsi:nil='1'",
    b" xsi:nil='false'", b" xsi:nil='odd'", b" xsi:type='xsd:string'", b" xsi:type='xsd:int'", b" xsi:type='none:such'",
    b" xsi:type='tns'", b" soap:mustUnderstand='1'", b" soap:encodingStyle='http://schemas.xmlsoap.org/soap/encoding/'", b" id='1' href='#1'",
    b" xmlns:a='u' xmlns:b='u' a:c='1' b:c='2'", b"a='1'", b" a='1'b='2'",
]
HEADERS = [
    b"<%s:Header/>", b"<%s:Header></%s:Header>", b"<%s:Header>text</%s:Header>", b"<%s:Header><h xmlns='u'/></%s:Header>",
    b"<%s:Header><h xmlns='u' %s:mustUnderstand='1'/></%s:Header>", b"<%s:Header><h xmlns='u' %s:mustUnderstand='0'/></%s:Header>",
    b"<%s:Header><h xmlns='u' %s:mustUnderstand='true'/></%s:Header>", b"<%s:Header><h xmlns='u' %s:mustUnderstand=' 1 '/></%s:Header>",
    b"<%s:Header><h xmlns='u' %s:mustUnderstand='TRUE'/></%s:Header>", b"<%s:Header><h xmlns='u' %s:mustUnderstand='01'/></%s:Header>",
    b"<%s:Header><h %s:mustUnderstand='1'/></%s:Header>", b"<%s:Header><a:h xmlns:a='u' %s:mustUnderstand='1'>x<y/></a:h></%s:Header>",
    b"<%s:Header><h xmlns='u' mustUnderstand='1'/></%s:Header>", b"<%s:Header><h xmlns='u' %s:mustUnderstand=''/></%s:Header>",
    b"<%s:Header><h xmlns='u' %s:MustUnderstand='1'/></%s:Header>", b"<%s:Header><g/><h xmlns='u' %s:mustUnderstand='1'/></%s:Header>",
    b"<%s:Header><h xmlns='u' %s:actor='x' %s:mustUnderstand='1'/></%s:Header>", b"<%s:Header><h xmlns='u' %s:role='x' %s:mustUnderstand='1'/></%s:Header>",
    b"<%s:Header><h xmlns='u'><i %s:mustUnderstand='1'/></h></%s:Header>", b"<%s:Header %s:mustUnderstand='1'><h/></%s:Header>",
    b"<%s:Header><h xmlns='" + SOAP_11 + b"' mustUnderstand='1'/></%s:Header>", b"<%s:Header><h xmlns='" + SOAP_12 + b"' mustUnderstand='1'/></%s:Header>",
    b"<%s:Header><h xmlns:o='" + SOAP_11 + b"' o:mustUnderstand='1'/></%s:Header>", b"<%s:Header><h xmlns:o='" + SOAP_12 + b"' o:mustUnderstand='1'/></%s:Header>",
    b"<%s:Header><h xmlns:o='" + SOAP_12 + b"' xmlns:p='" + SOAP_11 + b"' o:mustUnderstand='1' p:mustUnderstand='0'/></%s:Header>",
    b"<%s:Header><!-- c --><h xmlns='u' %s:mustUnderstand='1'/>t</%s:Header>", b"<%s:Header><%s:Body/></%s:Header>",
    b"<%s:header/>", b"<Header/>", b"<x/>", b"<%s:Body/>", b"<%s:Header/><%s:Header/>", b"text", b"<!-- c -->", b"<?pi x?>",
]
DECLARATIONS = [
    b"", b"<?xml version=\"1.0\"?>", b"<?xml version='1.0' encoding='UTF-8'?>", b"<?xml version=\"1.1\"?>", b"<?xml version=\"1.0\" encoding=\"utf-16\"?>",
    b"<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>", b"<?xml version=\"1.0\" encoding=\"us-ascii\"?>", b"<?xml version=\"1.0\" encoding=\"nosuch\"?>",
    b"<?xml version=\"1.0\" encoding=\"windows-1252\"?>", b"<?xml version=\"1.0\" encoding=\"\"?>", b"<?xml version=\"1.0\" standalone=\"yes\"?>", b"<?xml version=\"1.0\" standalone=\"maybe\"?>",
    b"<?xml encoding=\"utf-8\" version=\"1.0\"?>", b"<?xml encoding=\"utf-8\"?>", b"<?xml?>", b"<?xml ?>", b"<?xml version=1.0?>", b"<?xml version=\"1.0\" encoding=\"utf-8\" ?>", b"<?XML version=\"1.0\"?>",
    b"<?xml version=\"1.0\"encoding=\"utf-8\"?>", b"<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"no\" ?>", b"<?xml version=\"1.0\" encoding=\"UTF8\"?>", b"<?xml version=\"2.0\"?>", b"<?xml version=\"1.0\" foo=\"bar\"?>",
    b"<?xml version = \"1.0\" encoding = 'utf-8'?>", b"<?xml\nversion=\"1.0\"?>", b"\n<?xml version=\"1.0\"?>", b"<!-- c --><?xml version=\"1.0\"?>", b"<?xml version=\"1.0\"?>\n\n<!-- c -->\n<?pi x?>\n",
    b"<?xml version=\"1.0\" encoding=\"ucs-2\"?>", b"<?xml version=\"1.0\" encoding=\"utf-32\"?>", b"<?xml version=\"1.0\" encoding=\"utf-7\"?>", b"<?xml version=\"1.0\" encoding=\"iso-8859-15\"?>",
]
TYPES = [
    b"text/xml", b"text/xml; charset=utf-8", b"TEXT/XML; CHARSET=UTF-8", b"text/xml;charset=utf-8", b"text/xml ; charset=utf-8", b"text/xml; charset=\"utf-8\"", b"text/xml; charset='utf-8'",
    b"text/xml; charset=utf8", b"text/xml; charset=UTF-16", b"text/xml; charset=utf-16le", b"text/xml; charset=utf-16be", b"text/xml; charset=unicode", b"text/xml; charset=utf-32", b"text/xml; charset=iso-8859-1", b"text/xml; charset=latin1", b"text/xml; charset=iso-8859-15",
    b"text/xml; charset=windows-1252", b"text/xml; charset=us-ascii", b"text/xml; charset=ascii", b"text/xml; charset=", b"text/xml; charset", b"text/xml; charset=nosuch", b"text/xml; charset=utf-8; foo=bar",
    b"text/xml; foo=bar; charset=utf-8", b"text/xml; charset=utf-8; charset=us-ascii", b"text/xml; charset = utf-8", b"text/xml; charset =utf-8", b"text/xml; charset= utf-8", b"text/xml;;charset=utf-8", b"text/xml;", b"text/xml; xcharset=utf-8", b"text/xml; charsetx=utf-8", b"text/xml, charset=utf-8",
    b"text/xml; action=\"x\"", b"text/plain", b"application/xml; charset=utf-8", b"application/soap+xml", b"application/soap+xml; charset=utf-8", b"Application/SOAP+XML; charset=utf-8",
    b"application/soap+xml; charset=utf-8; action=\"" + ACTION + b"\"", b"application/soap+xml; action=\"" + ACTION + b"\"; charset=utf-8", b"application/soap+xml; action=" + ACTION,
    b"application/soap+xml; action='" + ACTION + b"'", b"application/soap+xml; action=\"\"", b"application/soap+xml; action=", b"application/soap+xml; action=\"nosuch\"", b"application/soap+xml; action=\"nosuch\"; action=\"" + ACTION + b"\"",
    b"application/soap+xml; Action=\"" + ACTION + b"\"", b"application/soap+xml; action=\"http%3a//microsoft.com/webservices/twoFactorCheckPushAuthStatus\"", b"application/soap+xml;action=\"" + ACTION + b"\"", b"application/soap+xml ;action=\"" + ACTION + b"\"",
    b"application/soap+xml; actionx=\"" + ACTION + b"\"", b"application/soap+xml; action=\"" + ACTION + b";x\"", b"application/soap+xml; charset=iso-8859-1", b"application/soap+xml; charset=utf-16", b"application/soap+xml; charset=nosuch", b"application/soap+xml; charset=us-ascii",
    b"multipart/related; type=\"text/xml\"", b"x", b"text/xml+x", b"/", b";", b"application", b"application/soap",
]
ACTIONS = [
    ACTION, b'"' + ACTION + b'"', b"'" + ACTION + b"'", b'"' + ACTION, ACTION + b'"', b'" ' + ACTION + b' "', b'""', b'"', b"twoFactorCheckPushAuthStatus",
    ACTION.replace(b":", b"%3a"), ACTION.replace(b":", b"%3A"), b'"' + ACTION.replace(b"/", b"%2F") + b'"', ACTION + b"+", ACTION + b"%20", ACTION + b"%", ACTION + b"%u0041", ACTION + b"%zz", ACTION.upper(),
    ACTION[:-1], ACTION + b"x", ACTION + b"#", b'"' + ACTION + b'" ; x', b"urn:x", b"<x>&amp;", b"a+b%41%c3%a9", b"%e9", b"a%00b", b'""' + ACTION + b'""', SERVICE + b"%74woFactorCheckPushAuthStatus",
]
CODECS = [("utf-8", b""), ("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff"), ("utf-16-le", b""), ("utf-16-be", b""),
          ("utf-32-le", b"\xff\xfe\0\0"), ("utf-32-be", b"\0\0\xfe\xff"), ("utf-32-le", b""), ("latin-1", b""), ("cp1252", b""), ("iso8859-15", b""), ("utf-8", b"\xff\xfe"), ("utf-8", b"\xfe\xff")]


def somewhere(r, body):
    """A place to change: anywhere, or where markup begins or ends."""
    marks = [m.start() + r.choice([0, 1]) for m in re.finditer(rb"[<>/=\"' ]", body)] if r.random() < 0.7 else []
    return r.choice(marks) if marks else r.randrange(len(body) + 1)


def insert(body, at, piece):
    return body[:at] + piece + body[at:]


def flip(r, body):
    at = r.randrange(len(body))
    return body[:at] + bytes([body[at] ^ (1 << r.randrange(8))]) + body[at + 1:]


def cut(r, body):
    at = somewhere(r, body)
    return body[:at] + body[at + r.choice([1, 1, 2, 5, 20]):]


def repeat(r, body):
    at = somewhere(r, body)
    return insert(body, at, body[at:at + r.choice([1, 2, 5, 20, 60])])


def truncate(r, body):
    return body[:somewhere(r, body)]


def add_piece(r, body):
    return insert(body, somewhere(r, body), r.choice(PIECES))


def add_in_value(r, body):
    found = re.search(r.choice([rb"<[^>]*sLoginToken[^>]*>", rb"<[^>]*sPushToken[^>]*>"]), body)
    return insert(body, found.end() + r.choice([0, 0, 1, 2, 3]), r.choice(PIECES)) if found else body


def add_between(r, body):
    tags = [m.start() for m in re.finditer(rb"<", body)]
    return insert(body, r.choice(tags), r.choice(PIECES)) if tags else body


def add_attribute(r, body):
    tags = [m.end() for m in re.finditer(rb"<[\w:]+", body)]
    return insert(body, r.choice(tags), r.choice(ATTRIBUTES)) if tags else body


def rename(r, body):
    """One element, both of its tags or one of them."""
    names = sorted(set(re.findall(rb"</?([\w:]+)", body)))
    if not names:
        return body
    old = r.choice(names)
    new = r.choice([old.swapcase(), old[:-1], old + b"x", b"x:" + old, old.split(b":")[-1], r.choice(names), b"_", b"x.y-z", b"\xc3\xa9", b":" + old, old + b":"])
    return re.sub(rb"(</?)" + re.escape(old) + rb"\b", lambda m: m.group(1) + new, body, count=r.choice([0, 0, 0, 1]))


def swap_namespace(r, body):
    uris = sorted(set(re.findall(rb"xmlns(?::\w+)?=[\"']([^\"']*)", body)))
    if not uris:
        return body
    old = r.choice(uris)
    new = r.choice([SOAP_11, SOAP_12, SERVICE, b"", old.rstrip(b"/"), old + b"/", old.upper(), b"urn:x", b" " + old, old + b" ", b"http://tempuri.org/", b"&#104;" + old[1:]])
    return body.replace(old, new, r.choice([-1, 1]))


def change_prefix(r, body):
    prefixes = sorted(set(re.findall(rb"xmlns:(\w+)=", body)))
    if not prefixes:
        return body
    old, new = r.choice(prefixes), r.choice([b"s", b"SOAP-ENV", b"soap", b"soap12", b"xml", b"xmlns", b"_1"])
    return re.sub(rb"\b" + old + rb":", new + b":", body.replace(b"xmlns:" + old + b"=", b"xmlns:" + new + b"="), count=r.choice([0, 0, 1]))


def swap_siblings(r, body):
    parts = re.split(rb"(?=<(?!/))", body)
    if len(parts) > 3:
        at = r.randrange(1, len(parts) - 1)
        parts[at], parts[at + 1] = parts[at + 1], parts[at]
    return b"".join(parts)


def blank(r, body):
    if r.random() < 0.3:
        return re.sub(rb">\s+<", r.choice([b"><", b">\r\n<", b">\t<", b">\n\n<"]), body)
    return insert(body, somewhere(r, body), r.choice([b" ", b"\n", b"\r\n", b"\r", b"\t", b"  \n "]))


def add_header(r, body):
    found = re.search(rb"<(\w+):Body", body)
    if not found:
        return body
    block = r.choice(HEADERS).replace(b"%s", found.group(1))
    if r.random() < 0.2:
        end = re.search(rb"</\w+:Body>", body)
        return insert(body, end.end() if end else len(body), block)
    return insert(body, found.start(), block)


def declare(r, body):
    return r.choice(DECLARATIONS) + re.sub(rb"^(?:\xef\xbb\xbf)?\s*<\?xml.*?\?>", b"", body, count=1)


def value(r, body):
    names = [b"sLoginToken", b"sPushToken"]
    content = r.choice([b"", b" ", b"h\xc3\xa9llo", b"poll", b"nullurl", b"emptyurl", b"throw", b"ctl", b" poll ", b"\xf0\x9f\x98\x80", b"a\r\nb\rc", b"a\tb", b"<![CDATA[<x>&]]>", b"x<![CDATA[y]]>&#122;", b"x" * 201, b"\xe2\x82\xac", b"<a/>", b"x<a/>y", b"<a>b</a>", b"<!-- -->x", b"&#xD;&#xA;", b"]]&gt;", b"\"'"])
    name = r.choice(names)
    return re.sub(rb"(<(?:\w+:)?" + name + rb"\b[^>]*>)[^<]*", lambda m: m.group(1) + content, body, count=1)


def after(r, body):
    return body + r.choice([b"\n", b" \r\n\t", b"\0", b"\0\0", b"x", b"<x/>", b"<!-- c -->", b"<?pi?>", b"&amp;", b"<!-- c -->\0", b" \0", b"\xef\xbb\xbf", b"\n\n<!-- c -->x", b"</x>", b" <x", b"\xc3\xa9", b"<![CDATA[x]]>", b"\x01", b"<!DOCTYPE a>"])


BODY = [flip, cut, repeat, truncate, add_piece, add_piece, add_in_value, add_in_value, add_between, add_between, add_attribute, add_attribute, rename, rename,
        swap_namespace, swap_namespace, change_prefix, swap_siblings, blank, add_header, add_header, add_header, declare, value, value, after]


def recode(r, request):
    """The text in another charset, declared or not."""
    codec, mark = r.choice(CODECS)
    text = value(r, request.body).decode("utf-8", "replace")
    return replace(request, body=mark + text.encode(codec, "replace"))


def retype(r, request):
    chosen = r.choice(TYPES + [None])
    if chosen is not None and r.random() < 0.15:
        at = r.randrange(len(chosen))
        chosen = (chosen[:at] + bytes([r.randrange(0x20, 0x7f)]) + chosen[at + r.choice([0, 1]):]).strip()
    return replace(request, content_type=chosen or None)


def react(r, request):
    chosen = r.choice(ACTIONS + [None, None])
    if chosen is not None and r.random() < 0.15:
        at = r.randrange(len(chosen))
        chosen = (chosen[:at] + bytes([r.randrange(0x21, 0x7f)]) + chosen[at + r.choice([0, 1]):]).strip()
    return replace(request, action=chosen or None)


def mutated(seed, bases):
    """Request number `seed`, from one of the requests given."""
    r = random.Random(f"countersign {seed}")
    request = r.choice(bases)
    for _ in range(r.choice([1, 1, 1, 2, 2, 3])):
        kind = r.random()
        if kind < 0.1:
            request = retype(r, request)
        elif kind < 0.17:
            request = react(r, request)
        elif kind < 0.27:
            request = recode(r, request)
        elif request.body:
            request = replace(request, body=r.choice(BODY)(r, request.body))
    return request
