/* parser: what is accepted and what is refused, and that it is the same however the text is cut.
 *
 * A case's `expect` is the story of its connection: each request as METHOD path?query [body] and + (kept
 * alive) or -, then the status of a refusal, or ... when the text ends within a request. */
#include "tests/unit/unit.h"

#include <stdio.h>

#include "http/parser.h"

static const struct http_limits limits = {.line = 200, .head = 1000, .body = 100};

struct test_case {
    const char *name;
    const char *text;
    size_t n;
    const char *expect;
};

#define CASE(name, text, expect)             \
    {                                        \
        name, text, sizeof(text) - 1, expect \
    }
#define GET "GET / HTTP/1.1\r\n"
#define POST "POST / HTTP/1.1\r\nHost: a\r\n"
#define HOST "Host: a\r\n"
#define END "\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"
#define X10 "xxxxxxxxxx"
#define X100 X10 X10 X10 X10 X10 X10 X10 X10 X10 X10
#define FIELDS_4 "a:\r\nb:\r\nc:\r\nd:\r\n"
#define FIELDS_16 FIELDS_4 FIELDS_4 FIELDS_4 FIELDS_4
#define CHUNK_EXT "1;" X100 X100 "\r\nx\r\n"

static const struct test_case cases[] = {
    /* Plain and good. */
    CASE("get", GET HOST END, "GET / [] +"),
    CASE("nothing", "", ""),
    CASE("one get and a half", GET HOST END "GET / HT", "GET / [] + ..."),
    CASE("query", "GET /a/b.asmx?op=x&y=%41 HTTP/1.1\r\n" HOST END, "GET /a/b.asmx?op=x&y=%41 [] +"),
    CASE("empty query", "GET /? HTTP/1.1\r\n" HOST END, "GET /? [] +"),
    CASE("second question mark", "GET /?a?b HTTP/1.1\r\n" HOST END, "GET /?a?b [] +"),
    CASE("raw browser query", "GET /?a[0]={x|y}^` HTTP/1.1\r\n" HOST END, "GET /?a[0]={x|y}^` [] +"),
    CASE("double slash", "GET //x HTTP/1.1\r\n" HOST END, "GET //x [] +"),
    CASE("dots and semicolons", "GET /a;b/../c,d@e:f HTTP/1.1\r\n" HOST END, "GET /a;b/../c,d@e:f [] +"),
    CASE("head", "HEAD / HTTP/1.1\r\n" HOST END, "HEAD / [] +"),
    CASE("put", "PUT / HTTP/1.1\r\n" HOST END, "PUT / [] +"),
    CASE("delete", "DELETE / HTTP/1.1\r\n" HOST END, "DELETE / [] +"),
    CASE("patch", "PATCH / HTTP/1.1\r\n" HOST END, "PATCH / [] +"),
    CASE("unknown method", "BREW-x!~ / HTTP/1.1\r\n" HOST END, "BREW-x!~ / [] +"),
    CASE("method in lower case", "get / HTTP/1.1\r\n" HOST END, "get / [] +"),
    CASE("options star", "OPTIONS * HTTP/1.1\r\n" HOST END, "OPTIONS * [] +"),
    CASE("length", POST "Content-Length: 5\r\n\r\nhello", "POST / [hello] +"),
    CASE("length zero", POST "Content-Length: 0\r\n\r\n", "POST / [] +"),
    CASE("length with blanks around", POST "Content-Length: \t5 \t\r\n\r\nhello", "POST / [hello] +"),
    CASE("get with a body", GET HOST "Content-Length: 3\r\n\r\nabc", "GET / [abc] +"),
    CASE("header names in any case", "POST / HTTP/1.1\r\nhOST: a\r\nCONTENT-length: 2\r\n\r\nhi",
         "POST / [hi] +"),
    CASE("header without value", GET HOST "X:\r\nY: \r\n\r\n", "GET / [] +"),
    CASE("bytes over 127 in a value", GET HOST "X: \xc3\xa9\xff\r\n\r\n", "GET / [] +"),
    CASE("tab in a value", GET HOST "X: a\tb\r\n\r\n", "GET / [] +"),
    CASE("underscored length is no length", GET HOST "Content_Length: 99\r\n\r\n", "GET / [] +"),
    CASE("pipelined", GET HOST END POST "Content-Length: 2\r\n\r\nhi" GET HOST END,
         "GET / [] + POST / [hi] + GET / [] +"),
    CASE("blank line first", "\r\n" GET HOST END, "GET / [] +"),
    CASE("blank line between", GET HOST END "\r\n" GET HOST END, "GET / [] + GET / [] +"),
    CASE("blank line only", "\r\n", ""),
    CASE("body cut short", POST "Content-Length: 5\r\n\r\nhell", "..."),
    CASE("name with every token character", GET HOST "!#$%&'*+-.^_`|~09azAZ: x\r\n\r\n", "GET / [] +"),
    /* Connection and version. */
    CASE("close", GET HOST "Connection: close\r\n\r\n", "GET / [] -"),
    CASE("close in a list", GET HOST "Connection: x, ,\tCLOSE ,y\r\n\r\n", "GET / [] -"),
    CASE("close in the second", GET HOST "Connection: keep-alive\r\nConnection: close\r\n\r\n", "GET / [] -"),
    CASE("upgrade is ignored", GET HOST "Connection: Upgrade\r\nUpgrade: h2c\r\n\r\n", "GET / [] +"),
    CASE("closed is not close", GET HOST "Connection: closed\r\n\r\n", "GET / [] +"),
    CASE("1.0 without host", "GET / HTTP/1.0\r\n\r\n", "GET / [] -"),
    CASE("1.0 with host", "GET / HTTP/1.0\r\n" HOST END, "GET / [] -"),
    CASE("1.0 kept alive", "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / [] +"),
    CASE("1.0 keep-alive and close", "GET / HTTP/1.0\r\nConnection: keep-alive, close\r\n\r\n", "GET / [] -"),
    CASE("1.0 with a body", "POST / HTTP/1.0\r\nContent-Length: 2\r\n\r\nhi", "POST / [hi] -"),
    CASE("1.0 ignores expect", "POST / HTTP/1.0\r\nExpect: cake\r\nContent-Length: 2\r\n\r\nhi",
         "POST / [hi] -"),
    CASE("1.2", "GET / HTTP/1.2\r\n" HOST END, "505"),
    CASE("2.0", "GET / HTTP/2.0\r\n" HOST END, "505"),
    CASE("0.9 with a version", "GET / HTTP/0.9\r\n" HOST END, "505"),
    CASE("preface of http/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "505"),
    CASE("0.9", "GET /\r\n", "400"),
    CASE("version in lower case", "GET / http/1.1\r\n" HOST END, "400"),
    CASE("version without minor", "GET / HTTP/1\r\n" HOST END, "400"),
    CASE("version with leading zeros", "GET / HTTP/01.01\r\n" HOST END, "400"),
    CASE("version with two digits", "GET / HTTP/1.10\r\n" HOST END, "400"),
    CASE("version with a blank", "GET / HTTP/ 1.1\r\n" HOST END, "400"),
    CASE("other protocol", "GET / HTTPS/1.1\r\n" HOST END, "400"),
    CASE("version of letters", "GET / HTTP/x.y\r\n" HOST END, "400"),
    /* Request line. */
    CASE("two blanks before the target", "GET  / HTTP/1.1\r\n" HOST END, "400"),
    CASE("two blanks before the version", "GET /  HTTP/1.1\r\n" HOST END, "400"),
    CASE("blank after the version", "GET / HTTP/1.1 \r\n" HOST END, "400"),
    CASE("blank before the method", " GET / HTTP/1.1\r\n" HOST END, "400"),
    CASE("tab for a blank", "GET\t/\tHTTP/1.1\r\n" HOST END, "400"),
    CASE("blank in the target", "GET /a b HTTP/1.1\r\n" HOST END, "400"),
    CASE("no target", "GET HTTP/1.1\r\n" HOST END, "400"),
    CASE("method alone", "GET\r\n", "400"),
    CASE("method with a bracket", "GE(T / HTTP/1.1\r\n" HOST END, "400"),
    CASE("method with a colon", "GET: / HTTP/1.1\r\n" HOST END, "400"),
    CASE("noise", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc", "400"),
    CASE("noise over 127", "\xff\xfe", "400"),
    CASE("blanks only", "   \r\n\r\n", "400"),
    CASE("method that never ends", X100, "400"),
    CASE("long method", X10 X10 X10 "xxx / HTTP/1.1\r\n" HOST END, "400"),
    CASE("longest method", X10 X10 X10 "xx / HTTP/1.1\r\n" HOST END, X10 X10 X10 "xx / [] +"),
    CASE("two blank lines first", "\r\n\r\n" GET HOST END, "400"),
    CASE("bare LF first", "\n" GET HOST END, "400"),
    CASE("bare CR first", "\rGET / HTTP/1.1\r\n" HOST END, "400"),
    CASE("long target", "GET /" X100 X100 " HTTP/1.1\r\n" HOST END, "414"),
    CASE("long target, no end", "GET /" X100 X100, "414"),
    CASE("long target with a late bare LF", "GET /" X100 X100 "\n", "414"),
    CASE("early bare LF in a long line", "GET /\n" X100 X100 "\r\n", "400"),
    CASE("line of the limit", "GET /" X100 X10 X10 X10 X10 X10 X10 X10 X10 "xxxx HTTP/1.1\r\n" HOST END,
         "GET /" X100 X10 X10 X10 X10 X10 X10 X10 X10 "xxxx [] +"),
    CASE("line one over the limit",
         "GET /" X100 X10 X10 X10 X10 X10 X10 X10 X10 "xxxxx HTTP/1.1\r\n" HOST END, "414"),
    /* Target. */
    CASE("fragment", "GET /a#b HTTP/1.1\r\n" HOST END, "400"),
    CASE("fragment in the query", "GET /?a#b HTTP/1.1\r\n" HOST END, "400"),
    CASE("NUL in the target", "GET /\0test HTTP/1.1\r\n" HOST END, "400"),
    CASE("UTF-8 in the target", "GET /caf\xc3\xa9 HTTP/1.1\r\n" HOST END, "400"),
    CASE("backslash", "GET /..\\x HTTP/1.1\r\n" HOST END, "400"),
    CASE("quote in the query", "GET /?a=\"b\" HTTP/1.1\r\n" HOST END, "400"),
    CASE("angle bracket in the query", "GET /?op=<script> HTTP/1.1\r\n" HOST END, "400"),
    CASE("percent without digits", "GET /%zz HTTP/1.1\r\n" HOST END, "400"),
    CASE("percent at the end", "GET /%4 HTTP/1.1\r\n" HOST END, "400"),
    CASE("percent in the query", "GET /?%g0 HTTP/1.1\r\n" HOST END, "400"),
    CASE("relative target", "GET a HTTP/1.1\r\n" HOST END, "400"),
    CASE("star with get", "GET * HTTP/1.1\r\n" HOST END, "400"),
    CASE("authority form", "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n", "400"),
    CASE("authority with get", "GET a:80 HTTP/1.1\r\nHost: a:80\r\n\r\n", "400"),
    CASE("absolute", "GET http://a/b?c HTTP/1.1\r\n" HOST END, "GET /b?c [] +"),
    CASE("absolute https, letter case", "GET HTTPS://A:443/b HTTP/1.1\r\nHost: a:443\r\n\r\n", "GET /b [] +"),
    CASE("absolute without path", "GET http://a HTTP/1.1\r\n" HOST END, "GET / [] +"),
    CASE("absolute with query only", "GET http://a?b HTTP/1.1\r\n" HOST END, "GET /?b [] +"),
    CASE("absolute in 1.0 without host", "GET http://a/ HTTP/1.0\r\n\r\n", "GET / [] -"),
    CASE("absolute, other host", "GET http://b/ HTTP/1.1\r\n" HOST END, "400"),
    CASE("absolute, other port", "GET http://a:81/ HTTP/1.1\r\n" HOST END, "400"),
    CASE("absolute, no host header", "GET http://a/ HTTP/1.1\r\n\r\n", "400"),
    CASE("absolute with user", "GET http://u@a/ HTTP/1.1\r\n" HOST END, "400"),
    CASE("absolute without authority", "GET http:/// HTTP/1.1\r\n" HOST END, "400"),
    CASE("other scheme", "GET ftp://a/ HTTP/1.1\r\n" HOST END, "400"),
    /* Host. */
    CASE("host missing", GET END, "400"),
    CASE("host empty", GET "Host:\r\n\r\n", "400"),
    CASE("host twice", GET HOST HOST END, "400"),
    CASE("host twice in 1.0", "GET / HTTP/1.0\r\n" HOST HOST END, "400"),
    CASE("host list", GET "Host: a, b\r\n\r\n", "400"),
    CASE("host with user", GET "Host: u@a\r\n\r\n", "400"),
    CASE("host with path", GET "Host: a/b\r\n\r\n", "400"),
    CASE("host with blank", GET "Host: a b\r\n\r\n", "400"),
    CASE("host with empty port", GET "Host: a:\r\n\r\n", "400"),
    CASE("host with port of letters", GET "Host: a:http\r\n\r\n", "400"),
    CASE("host with too high a port", GET "Host: a:65536\r\n\r\n", "400"),
    CASE("host with port", GET "Host: a.b-c.example:65535\r\n\r\n", "GET / [] +"),
    CASE("host by IPv4", GET "Host: 127.0.0.1:8080\r\n\r\n", "GET / [] +"),
    CASE("host by IPv6", GET "Host: [2001:db8::1]:8080\r\n\r\n", "GET / [] +"),
    CASE("host by bad IPv6", GET "Host: [2001:db8:::1]\r\n\r\n", "400"),
    CASE("host by long IPv6", GET "Host: [2001:0db8:0000:0000:0000:0000:0000:0000:0000:0001]\r\n\r\n", "400"),
    CASE("host by open IPv6", GET "Host: [::1\r\n\r\n", "400"),
    CASE("host by IPv6 and more", GET "Host: [::1]x\r\n\r\n", "400"),
    /* Fields. */
    CASE("blank before the colon", GET "Host : a\r\n\r\n", "400"),
    CASE("tab before the colon", GET HOST "X\t: a\r\n\r\n", "400"),
    CASE("folded value", GET HOST "X: a\r\n b\r\n\r\n", "400"),
    CASE("blank before the first field", GET " Host: a\r\n\r\n", "400"),
    CASE("no colon", GET HOST "X\r\n\r\n", "400"),
    CASE("empty name", GET HOST ": x\r\n\r\n", "400"),
    CASE("bracket in a name", GET HOST "X[]: x\r\n\r\n", "400"),
    CASE("blank in a name", GET HOST "X Y: x\r\n\r\n", "400"),
    CASE("UTF-8 in a name", GET HOST "X\xc3\xab: x\r\n\r\n", "400"),
    CASE("NUL in a value", GET HOST "X: a\0b\r\n\r\n", "400"),
    CASE("controls in a value",
         GET HOST "X: abc\x07\x08\x0b"
                  "def\r\n\r\n",
         "400"),
    CASE("DEL in a value", GET HOST "X: 12345678\x7f\r\n\r\n", "400"),
    CASE("bare CR in a value", GET HOST "X: a\rb\r\n\r\n", "400"),
    CASE("bare LF ends a field", GET "Host: a\n\r\n", "400"),
    CASE("bare LF ends the request line", "GET / HTTP/1.1\n" HOST END, "400"),
    CASE("bare LF ends the head", GET HOST "\n", "400"),
    CASE("only bare LF", "GET / HTTP/1.1\nHost: a\n\n", "400"),
    CASE("only bare CR", "GET / HTTP/1.1\rHost: a\r\r", "400"),
    CASE("CR CR LF", GET "Host: a\r\r\n\r\n", "400"),
    CASE("long field", GET HOST "X: " X100 X100 X100 X100 X100 X100 X100 X100 X100 X100 "\r\n\r\n", "431"),
    CASE("long field, no end", GET HOST X100 X100 X100 X100 X100 X100 X100 X100 X100 X100, "431"),
    CASE("64 fields",
         GET HOST FIELDS_16 FIELDS_16 FIELDS_16 FIELDS_4 FIELDS_4 FIELDS_4 "x:\r\ny:\r\nz:\r\n\r\n",
         "GET / [] +"),
    CASE("65 fields", GET HOST FIELDS_16 FIELDS_16 FIELDS_16 FIELDS_16 "\r\n", "431"),
    /* Length. */
    CASE("post without length", POST END, "411"),
    CASE("1.0 post without length", "POST / HTTP/1.0\r\n\r\n", "411"),
    CASE("length twice, differing", POST "Content-Length: 5\r\nContent-Length: 10\r\n\r\nhelloworld", "400"),
    CASE("length twice, the same", POST "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello", "400"),
    CASE("length list", POST "Content-Length: 5, 5\r\n\r\nhello", "400"),
    CASE("length list, no blank", POST "Content-Length: 5,10\r\n\r\nhello", "400"),
    CASE("length of letters", POST "Content-Length: abc\r\n\r\n", "400"),
    CASE("length empty", POST "Content-Length: \r\n\r\n", "400"),
    CASE("length with plus", POST "Content-Length: +5\r\n\r\nhello", "400"),
    CASE("length negative", POST "Content-Length: -1\r\n\r\n", "400"),
    CASE("length minus zero", POST "Content-Length: -0\r\n\r\n", "400"),
    CASE("length with leading zeros", POST "Content-Length: 005\r\n\r\nhello", "400"),
    CASE("length double zero", POST "Content-Length: 00\r\n\r\n", "400"),
    CASE("length octal", POST "Content-Length: 0o5\r\n\r\nhello", "400"),
    CASE("length hexadecimal", POST "Content-Length: 0x5\r\n\r\nhello", "400"),
    CASE("length with underscore", POST "Content-Length: 1_0\r\n\r\nhelloworld", "400"),
    CASE("length with inner blank", POST "Content-Length: 1 0\r\n\r\nhelloworld", "400"),
    CASE("length over 64 bits", POST "Content-Length: 18446744073709551616\r\n\r\n", "400"),
    CASE("length of 64 bits", POST "Content-Length: 18446744073709551615\r\n\r\n", "413"),
    CASE("length of the limit", POST "Content-Length: 100\r\n\r\n" X100, "POST / [" X100 "] +"),
    CASE("length over the limit", POST "Content-Length: 101\r\n\r\n" X100 "x", "413"),
    /* Transfer-Encoding. */
    CASE("chunked", CHUNKED "5\r\nhello\r\n0\r\n\r\n", "POST / [hello] +"),
    CASE("several chunks", CHUNKED "5\r\nhello\r\n1\r\n \r\n0a\r\n0123456789\r\n000\r\n\r\n" GET HOST END,
         "POST / [hello 0123456789] + GET / [] +"),
    CASE("no chunk", CHUNKED "0\r\n\r\n", "POST / [] +"),
    CASE("chunked, letter case", POST "transfer-encoding:CHUNKED\r\n\r\nA\r\n0123456789\r\n0\r\n\r\n",
         "POST / [0123456789] +"),
    CASE("line ends within a chunk", CHUNKED "4\r\n\r\n\r\n\r\n0\r\n\r\n", "POST / [\r\n\r\n] +"),
    CASE("chunks without end", CHUNKED "5\r\nhello\r\n", "..."),
    CASE("both, length first", POST "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "400"),
    CASE("both, length last", POST "Transfer-Encoding: chunked\r\nContent-Length: 30\r\n\r\n0\r\n\r\n",
         "400"),
    CASE("chunked in 1.0", "POST / HTTP/1.0\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400"),
    CASE("chunked twice", POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
         "400"),
    CASE("chunked twice in a list", POST "Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n", "400"),
    CASE("chunked and identity",
         POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n", "400"),
    CASE("chunked not last", POST "Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n", "400"),
    CASE("gzip and chunked", POST "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "400"),
    CASE("gzip", POST "Transfer-Encoding: gzip\r\n\r\n", "501"),
    CASE("xchunked", POST "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", "501"),
    CASE("xchunked with length", POST "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n\r\nhello", "400"),
    CASE("coding with a parameter", POST "Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n", "400"),
    CASE("quoted coding", POST "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n", "400"),
    CASE("leading comma", POST "Transfer-Encoding: , chunked\r\n\r\n0\r\n\r\n", "400"),
    CASE("trailing comma", POST "Transfer-Encoding: chunked,\r\n\r\n0\r\n\r\n", "400"),
    CASE("empty coding", POST "Transfer-Encoding:\r\n\r\n", "400"),
    CASE("vertical tab before the coding",
         POST "Transfer-Encoding: \x0b"
              "chunked\r\n\r\n0\r\n\r\n",
         "400"),
    CASE("form feed before the coding",
         POST "Transfer-Encoding: \x0c"
              "chunked\r\n\r\n0\r\n\r\n",
         "400"),
    CASE("NUL behind the coding", POST "Transfer-Encoding: chunked\0\r\n\r\n0\r\n\r\n", "400"),
    CASE("folded coding", POST "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", "400"),
    CASE("blank before the coding's colon", POST "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", "400"),
    /* Chunks. */
    CASE("extension", CHUNKED "5;a=b;c;d=\"e;\\\"\"\r\nhello\r\n0;x\r\n\r\n", "POST / [hello] +"),
    CASE("bare semicolon", CHUNKED "5;\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("extension with a blank", CHUNKED "5; a\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("extension with a bracket", CHUNKED "5;a(\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("extension without value", CHUNKED "5;a=\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("extension with open quotes", CHUNKED "5;a=\"b\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("extension with NUL", CHUNKED "5;a\0b\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("extension with bare CR", CHUNKED "5;a\rX\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("extension ended by LF", CHUNKED "5;a\nhello\r\n0\r\n\r\n", "400"),
    CASE("long extension", CHUNKED "1;" X100 X100 X100 "\r\nx\r\n0\r\n\r\n", "400"),
    CASE("many extensions", CHUNKED CHUNK_EXT CHUNK_EXT CHUNK_EXT CHUNK_EXT CHUNK_EXT, "400"),
    CASE("size ended by LF", CHUNKED "5\nhello\r\n0\r\n\r\n", "400"),
    CASE("size ended by CR", CHUNKED "5\rhello\r\n0\r\n\r\n", "400"),
    CASE("size with 0x", CHUNKED "0x5\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("size with plus", CHUNKED "+5\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("size negative", CHUNKED "-5\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("size with leading blank", CHUNKED " 5\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("size with trailing blank", CHUNKED "5 \r\nhello\r\n0\r\n\r\n", "400"),
    CASE("size with tab before the semicolon", CHUNKED "5\t;a\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("size with underscore", CHUNKED "1_0\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("size missing", CHUNKED "\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("size of letters", CHUNKED "g\r\n", "400"),
    CASE("size over 64 bits", CHUNKED "10000000000000005\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("size of 64 bits", CHUNKED "ffffffffffffffff\r\nhello\r\n0\r\n\r\n", "413"),
    CASE("chunk longer than said", CHUNKED "5\r\nhelloXX\r\n0\r\n\r\n", "400"),
    CASE("chunk shorter than said", CHUNKED "7\r\nhello\r\n0\r\n\r\n", "400"),
    CASE("chunk ended by LF", CHUNKED "5\r\nhello\n0\r\n\r\n", "400"),
    CASE("chunk without end", CHUNKED "5\r\nhello0\r\n\r\n", "400"),
    CASE("chunks of the limit", CHUNKED "64\r\n" X100 "\r\n0\r\n\r\n", "POST / [" X100 "] +"),
    CASE("chunks over the limit", CHUNKED "64\r\n" X100 "\r\n1\r\nx\r\n0\r\n\r\n", "413"),
    CASE("trailer", CHUNKED "2\r\nhi\r\n0\r\nX-Sum: 1\r\nY:\r\n\r\n" GET HOST END,
         "POST / [hi] + GET / [] +"),
    CASE("trailer with length", CHUNKED "0\r\nContent-Length: 5\r\n\r\n", "400"),
    CASE("trailer with coding", CHUNKED "0\r\nTransfer-Encoding: chunked\r\n\r\n", "400"),
    CASE("trailer with host", CHUNKED "0\r\nHost: b\r\n\r\n", "400"),
    CASE("trailer, folded", CHUNKED "0\r\nX: a\r\n b\r\n\r\n", "400"),
    CASE("trailer, bare LF", CHUNKED "0\r\nX: a\n\r\n", "400"),
    CASE("trailer end, bare LF", CHUNKED "0\r\n\n", "400"),
    CASE("trailer too long",
         CHUNKED "0\r\nX: " X100 X100 X100 X100 X100 "\r\nX: " X100 X100 X100 X100 X100 "\r\n\r\n", "431"),
    CASE("request behind the last chunk", CHUNKED "0\r\nGET / HTTP/1.1\r\n\r\n", "400"),
    /* Expect. */
    CASE("expect", POST "Expect: 100-Continue\r\nContent-Length: 2\r\n\r\nhi", "POST / [hi] +"),
    CASE("expect cake", POST "Expect: cake\r\nContent-Length: 2\r\n\r\nhi", "417"),
    CASE("expect a list", POST "Expect: 100-continue, x\r\nContent-Length: 2\r\n\r\nhi", "417"),
    CASE("expect twice", POST "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi",
         "417"),
};

struct story {
    struct http_parser parser;
    struct buf in;
    struct buf text;
    struct http_request *req; /* on the heap, so that the sanitizer knows its bounds */
    bool is_refused;
};

static void
story_begin(struct story *s)
{
    http_parser_init(&s->parser, &limits);
    buf_init(&s->in, http_parser_room(&limits));
    buf_init(&s->text, 100000);
    s->req = malloc(sizeof *s->req);
    s->is_refused = false;
}

static void
tell_request(struct story *s)
{
    const struct http_request *req = s->req;

    buf_addf(&s->text, "%s%.*s %.*s", s->text.len > 0 ? " " : "", STR_ARG(req->method_text),
             STR_ARG(req->path));
    if (!str_is_null(req->query))
        buf_addf(&s->text, "?%.*s", STR_ARG(req->query));
    if (req->is_cut)
        buf_add_cstr(&s->text, " cut");
    else
        buf_addf(&s->text, " [%.*s]", STR_ARG(req->body));
    buf_add_cstr(&s->text, req->keep_alive ? " +" : " -");
}

/* Appends what came and goes as far as it leads. Another connection may always have used req. */
static void
story_feed(struct story *s, const char *p, size_t n)
{
    buf_add(&s->in, p, n);
    assert_false(buf_is_over(&s->in));
    while (!s->is_refused) {
        switch (http_parser_step(&s->parser, &s->in, s->req)) {
        case HTTP_MORE:
            memset(s->req, 0xee, sizeof *s->req);
            return;
        case HTTP_HEAD:
            break;
        case HTTP_DONE:
            tell_request(s);
            http_parser_next(&s->parser, &s->in);
            break;
        case HTTP_REFUSED:
            assert_non_null(s->parser.why);
            buf_addf(&s->text, "%s%d", s->text.len > 0 ? " " : "", s->parser.status);
            s->is_refused = true;
            break;
        }
    }
}

static void
story_end(struct story *s, const struct test_case *c, const char *how)
{
    struct str text;

    if (!s->is_refused && !http_parser_is_idle(&s->parser, &s->in))
        buf_addf(&s->text, "%s...", s->text.len > 0 ? " " : "");
    text = buf_view(&s->text);
    if (!str_eq(text, str_from_cstr(c->expect)))
        fail_msg("%s, %s: expected %s, got %.*s", c->name, how, c->expect, STR_ARG(text));
    buf_clear(&s->in);
    buf_clear(&s->text);
    free(s->req);
}

static void
tells_good_from_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct story s;

        story_begin(&s);
        story_feed(&s, cases[i].text, cases[i].n);
        story_end(&s, &cases[i], "whole");
    }
    assert_true(sizeof cases / sizeof cases[0] >= 80);
}

static void
byte_by_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct story s;

        story_begin(&s);
        for (size_t k = 0; k < cases[i].n; k++)
            story_feed(&s, cases[i].text + k, 1);
        story_end(&s, &cases[i], "byte by byte");
    }
}

static void
cut_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (size_t k = 1; k < cases[i].n; k++) {
            struct story s;

            story_begin(&s);
            story_feed(&s, cases[i].text, k);
            story_feed(&s, cases[i].text + k, cases[i].n - k);
            story_end(&s, &cases[i], "in two");
        }
    }
}

/* A parser with its buf, ready at HTTP_HEAD of that text. */
static void
at_head(struct story *s, const char *text)
{
    story_begin(s);
    buf_add_cstr(&s->in, text);
    assert_int_equal(http_parser_step(&s->parser, &s->in, s->req), HTTP_HEAD);
}

static void
fills_a_request(void **state)
{
    static const char text[] = "POST /WebServices/X.asmx?a=b HTTP/1.1\r\nHost: rescue.example.test:81\r\n"
                               "Content-Type: text/xml; charset=utf-8 \r\nSOAPAction: \"x\"\r\nX-Other: 1\r\n"
                               "SOAPAction: y\r\nContent-Length: 2\r\n\r\nhi";
    struct arena a;
    struct story s;

    (void)state;
    arena_init(&a);
    at_head(&s, text);
    assert_int_equal(s.req->method, HTTP_POST);
    assert_str(s.req->path, "/WebServices/X.asmx");
    assert_str(s.req->query, "a=b");
    assert_str(s.req->host, "rescue.example.test:81");
    assert_int_equal(s.req->minor, 1);
    assert_true(s.req->has_length && !s.req->is_chunked && !s.req->expect_continue);
    assert_int_equal(s.req->length, 2);
    assert_int_equal(s.req->n_headers, 6);
    assert_str(http_header(s.req, HTTP_NAME_CONTENT_TYPE), "text/xml; charset=utf-8");
    assert_str(http_header(s.req, HTTP_NAME_SOAPACTION), "\"x\"");
    assert_true(http_header_is_repeated(s.req, HTTP_NAME_SOAPACTION));
    assert_false(http_header_is_repeated(s.req, HTTP_NAME_HOST));
    assert_str(http_header_joined(s.req, HTTP_NAME_SOAPACTION, &a), "\"x\", y");
    assert_int_equal(http_parser_step(&s.parser, &s.in, s.req), HTTP_DONE);
    assert_str(s.req->body, "hi");
    assert_int_equal(http_parser_step(&s.parser, &s.in, s.req), HTTP_DONE);
    buf_clear(&s.in);
    buf_clear(&s.text);
    free(s.req);
    arena_clear(&a);
}

/* Two connections take turns with one request struct. */
static void
shares_the_request(void **state)
{
    struct story one, two;

    (void)state;
    at_head(&one, "POST /one HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\n");
    at_head(&two, "POST /two HTTP/1.1\r\nHost: b\r\nTransfer-Encoding: chunked\r\n\r\n");
    free(two.req);
    two.req = one.req;
    buf_add_cstr(&one.in, "one");
    buf_add_cstr(&two.in, "3\r\ntwo\r\n0\r\n\r\n");
    assert_int_equal(http_parser_step(&two.parser, &two.in, two.req), HTTP_DONE);
    assert_str(two.req->path, "/two");
    assert_str(two.req->body, "two");
    assert_int_equal(http_parser_step(&one.parser, &one.in, one.req), HTTP_DONE);
    assert_str(one.req->path, "/one");
    assert_str(one.req->body, "one");
    assert_int_equal(http_parser_step(&two.parser, &two.in, two.req), HTTP_DONE);
    assert_str(two.req->host, "b");
    assert_str(two.req->body, "two");
    buf_clear(&one.in);
    buf_clear(&two.in);
    free(one.req);
}

/* The body of `text` with these limits: the story of what comes of it, whole and byte by byte. */
static void
limited(const char *text, uint64_t keep, uint64_t take, const char *expect)
{
    const struct test_case c = {"limited", text, strlen(text), expect};

    for (size_t piece = 1; piece <= c.n; piece += c.n - 1) {
        struct story s;

        story_begin(&s);
        for (size_t i = 0; i < c.n && !s.is_refused; i += piece) {
            enum http_step step;

            buf_add(&s.in, text + i, piece < c.n - i ? piece : c.n - i);
            step = http_parser_step(&s.parser, &s.in, s.req);
            if (step != HTTP_HEAD)
                assert_int_equal(step, HTTP_MORE);
            if (step == HTTP_HEAD) {
                http_parser_limit_body(&s.parser, keep, take);
                story_feed(&s, text + i + 1, 0);
            }
            if (s.parser.at > 0) {
                story_feed(&s, text + i + piece, c.n - i - piece);
                break;
            }
        }
        story_end(&s, &c, piece == 1 ? "byte by byte" : "whole");
    }
}

static void
cuts_long_bodies(void **state)
{
    (void)state;
    limited(POST "Content-Length: 10\r\n\r\n" X10, 10, 10, "POST / [" X10 "] +");
    limited(POST "Content-Length: 10\r\n\r\n" X10, 9, 10, "POST / cut +");
    limited(POST "Content-Length: 10\r\n\r\n" X10 GET HOST END, 0, 10, "POST / cut + GET / [] +");
    limited(POST "Content-Length: 10\r\n\r\n" X10, 9, 9, "413");
    limited(POST "Content-Length: 1000\r\n\r\n" X100 X100, 100, 10000, "...");
    limited(CHUNKED "a\r\n" X10 "\r\na\r\n" X10 "\r\n0\r\n\r\n" GET HOST END, 20, 20,
            "POST / [" X10 X10 "] + GET / [] +");
    limited(CHUNKED "a\r\n" X10 "\r\na\r\n" X10 "\r\n0\r\n\r\n" GET HOST END, 19, 20,
            "POST / cut + GET / [] +");
    limited(CHUNKED "a\r\n" X10 "\r\na\r\n" X10 "\r\n0\r\n\r\n", 9, 19, "413");
}

/* A body that is not kept takes no room, however long it is. */
static void
drops_without_room(void **state)
{
    struct story s;

    (void)state;
    at_head(&s, POST "Content-Length: 1000000\r\n\r\n");
    http_parser_limit_body(&s.parser, 100, 1000000);
    for (size_t i = 0; i < 9999; i++) {
        buf_add_cstr(&s.in, X100);
        assert_int_equal(http_parser_step(&s.parser, &s.in, s.req), HTTP_MORE);
        assert_int_equal(s.in.len, s.parser.head);
    }
    story_feed(&s, X100, 100);
    story_end(&s, &(struct test_case){.name = "long body", .expect = "POST / cut +"}, "in pieces");
}

static void
waits_for_continue(void **state)
{
    static const struct {
        const char *text;
        bool expect;
    } rows[] = {
        {POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n", true},
        {POST "Expect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n", true},
        {POST "Expect: 100-continue\r\nContent-Length: 2\r\n\r\nh", false},
        {POST "Expect: 100-continue\r\nContent-Length: 0\r\n\r\n", false},
        {POST "Expect: 100-continue\r\nContent-Length: 101\r\n\r\n", false},
        {POST "Content-Length: 2\r\n\r\n", false},
        {"POST / HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n", false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct story s;

        at_head(&s, rows[i].text);
        assert_int_equal(http_parser_wants_continue(&s.parser, &s.in, s.req), rows[i].expect);
        buf_clear(&s.in);
        free(s.req);
    }
}

static void
stays_small(void **state)
{
    (void)state;
    assert_true(sizeof(struct http_parser) < 200);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_good_from_bad), cmocka_unit_test(byte_by_byte),
        cmocka_unit_test(cut_anywhere),        cmocka_unit_test(fills_a_request),
        cmocka_unit_test(shares_the_request),  cmocka_unit_test(cuts_long_bodies),
        cmocka_unit_test(drops_without_room),  cmocka_unit_test(waits_for_continue),
        cmocka_unit_test(stays_small),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
