# SPDX-License-Identifier: Apache-2.0
"""Where the two servers are known to differ, and why: README.md has the same list in prose."""

import re

from exchange import TEXT, fault_text

# An exception that begins like this describes the document's error in the parser's own words.
XML_PREFIX = "Server was unable to process request. ---> "
ENTITY = re.compile(rb"&(?!amp;|lt;|gt;|quot;|apos;)[^\s#&<>;]+;")


def reason(request, ours, theirs):
    """Why a difference is known, or None for one that is not."""
    if theirs.content_type == "text/html":
        return "the peer's own error page"
    body = request.body.replace(b"\0", b"")
    if ENTITY.search(body):
        return "undeclared entity"
    if b"utf-7" in body[:200].lower() + (request.content_type or b"").lower():
        return "UTF-7"
    mine, wanted = fault_text(ours.body) or "", fault_text(theirs.body) or ""
    if mine.startswith(XML_PREFIX) and wanted.startswith(XML_PREFIX):
        same = ours.status == theirs.status and TEXT.sub(b"", ours.body) == TEXT.sub(b"", theirs.body)
        return "wording" if same else None
    if re.search(rb"[\xd8-\xdb].?$", request.body[-2:], re.S) and {ours.status, theirs.status} == {200, 400}:
        return "half a character at the end"
    return None
