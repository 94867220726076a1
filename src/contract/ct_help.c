/* SPDX-License-Identifier: Apache-2.0 */
/* ct_help: see the header. */
#include "contract/ct_help.h"

static const struct ct_help_about about[CT_HELP_COUNT_] = {
    [CT_HELP_CURL] =
        {"curl", "curl",
         "Paste it into a shell. In a value, write &amp; for & and &lt; for <. The session's cookie is "
         "kept in a file."},
    [CT_HELP_ZEEP] = {"zeep", "Python (zeep)", "Debian: python3-zeep; elsewhere: pip install zeep."},
    [CT_HELP_DOTNET] =
        {"dotnet", ".NET",
         "A proxy class made by wsdl.exe or a web reference (.NET Framework), or by Mono's wsdl."},
    [CT_HELP_JAVA] = {"java", "Java (JAX-WS)", "Classes made by wsimport."},
    [CT_HELP_PHP] = {"php", "PHP", "Debian: php-soap."},
    [CT_HELP_NODE] = {"node", "Node.js", "npm install soap."},
};

static const struct {
    struct str name, example;
} examples[] = {
    {STR("sEmail"), STR("ann@acme.example")},
    {STR("email"), STR("ann@acme.example")},
    {STR("sPassword"), STR("correct horse battery staple")},
    {STR("sOldPassword"), STR("correct horse battery staple")},
    {STR("oldPassword"), STR("correct horse battery staple")},
    {STR("sNewPassword"), STR("another horse battery staple")},
    {STR("newPassword"), STR("another horse battery staple")},
    {STR("sLanguage"), STR("en")},
    {STR("sLoginToken"), STR("LOGIN_TOKEN")},
    {STR("sPushToken"), STR("PUSH_TOKEN")},
    {STR("sCode"), STR("123456")},
};

const struct ct_help_about *
ct_help_about(enum ct_help_tool tool)
{
    return &about[tool];
}

struct str
ct_help_example(const struct ct_field *field)
{
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        if (str_eq(examples[i].name, field->name))
            return examples[i].example;
    }
    return STR_NULL;
}

static void
ink(struct ct_pen *pen, enum ct_ink kind, const char *s)
{
    pen->ink(pen, kind, str_from_cstr(s), NULL);
}

static void
text(struct ct_pen *pen, const char *s)
{
    ink(pen, CT_INK_TEXT, s);
}

static void
text_str(struct ct_pen *pen, struct str s)
{
    pen->ink(pen, CT_INK_TEXT, s, NULL);
}

/* A comment line: its sign, the text, an address, and a suffix. */
static void
note(struct ct_pen *pen, const char *before, struct str address, const char *after)
{
    ink(pen, CT_INK_NOTE, before);
    pen->ink(pen, CT_INK_NOTE, address, NULL);
    ink(pen, CT_INK_NOTE, after);
    text(pen, "\n");
}

static void
example(struct ct_pen *pen, const struct ct_field *f)
{
    pen->ink(pen, CT_INK_VALUE, ct_help_example(f), NULL);
}

/* Each argument on its own line: indent, name, sign, the example in quotes; commas in between. */
static void
arguments(struct ct_pen *pen, const struct ct_type *in, const char *before_name, const char *before_value,
          const char *quote)
{
    for (size_t i = 0; i < in->n; i++) {
        text(pen, i > 0 ? ",\n" : "\n");
        text(pen, before_name);
        if (before_value[0] != '\0')
            text_str(pen, in->fields[i].name);
        text(pen, before_value);
        text(pen, quote);
        example(pen, &in->fields[i]);
        text(pen, quote);
    }
}

static void
curl_body(struct ct_pen *pen, const struct ct_type *in)
{
    text(pen, "    <");
    text_str(pen, in->name);
    text(pen, " xmlns=\"" CT_NAMESPACE "\"");
    if (in->n == 0) {
        text(pen, " />\n");
        return;
    }
    text(pen, ">\n");
    for (size_t i = 0; i < in->n; i++) {
        text(pen, "      <");
        text_str(pen, in->fields[i].name);
        text(pen, ">");
        example(pen, &in->fields[i]);
        text(pen, "</");
        text_str(pen, in->fields[i].name);
        text(pen, ">\n");
    }
    text(pen, "    </");
    text_str(pen, in->name);
    text(pen, ">\n");
}

static void
curl(struct ct_pen *pen, const struct ct_op *op, struct str address)
{
    text(pen, "curl -sS -b cookies.txt -c cookies.txt \\\n  -H 'Content-Type: text/xml; charset=utf-8' \\\n"
              "  -H 'SOAPAction: \"" CT_NAMESPACE);
    text_str(pen, op->name);
    text(pen, "\"' \\\n  --data-binary @- '");
    text_str(pen, address);
    text(pen, "' <<'END'\n<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
              "<soap:Envelope xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\">\n  <soap:Body>\n");
    curl_body(pen, &op->in);
    text(pen, "  </soap:Body>\n</soap:Envelope>\nEND\n");
}

static void
zeep(struct ct_pen *pen, const struct ct_op *op, struct str address)
{
    text(pen, "from zeep import Client\n\n");
    ink(pen, CT_INK_NOTE, "# one client keeps one session");
    text(pen, "\nclient = Client('");
    text_str(pen, address);
    text(pen, "?WSDL')\nanswer = client.service.");
    text_str(pen, op->name);
    text(pen, "(");
    arguments(pen, &op->in, "    ", "=", "'");
    text(pen, op->in.n > 0 ? ",\n)\n" : ")\n");
    if (op->out.n == 1) {
        text(pen, "print(answer)\n");
        return;
    }
    text(pen, "print(answer.");
    text_str(pen, op->out.fields[0].name);
    text(pen, ")\n");
}

static void
php(struct ct_pen *pen, const struct ct_op *op, struct str address)
{
    text(pen, "<?php\n");
    ink(pen, CT_INK_NOTE, "// one client keeps one session");
    text(pen, "\n$client = new SoapClient('");
    text_str(pen, address);
    text(pen, "?WSDL');\n$answer = $client->");
    text_str(pen, op->name);
    text(pen, op->in.n > 0 ? "([" : "(");
    arguments(pen, &op->in, "    '", "' => ", "'");
    text(pen, op->in.n > 0 ? ",\n]);\necho $answer->" : ");\necho $answer->");
    text_str(pen, op->out.fields[0].name);
    text(pen, ", \"\\n\";\n");
}

static void
node(struct ct_pen *pen, const struct ct_op *op, struct str address)
{
    text(pen, "const soap = require('soap');\n\nasync function main() {\n"
              "    const client = await soap.createClientAsync('");
    text_str(pen, address);
    text(pen, "?WSDL');\n");
    ink(pen, CT_INK_NOTE,
        "    // after an OK: client.addHttpHeader('Cookie', cookie), with the answer's Set-Cookie");
    text(pen, "\n    const [answer] = await client.");
    text_str(pen, op->name);
    text(pen, "Async({");
    arguments(pen, &op->in, "        ", ": ", "'");
    text(pen, op->in.n > 0 ? ",\n    });\n" : "});\n");
    text(pen, "    console.log(answer.");
    text_str(pen, op->out.fields[0].name);
    text(pen, ");\n}\nmain();\n");
}

static const char *
csharp_type(const struct ct_field *f)
{
    switch (f->kind) {
    case CT_STRING:
        return "string";
    case CT_BOOLEAN:
        return "bool";
    case CT_UNSIGNED_BYTE:
        return "byte";
    case CT_INT:
        return "int";
    case CT_ENUM:
        return f->en->type;
    case CT_ARRAY:
        break;
    }
    return f->of->name.p;
}

static void
dotnet(struct ct_pen *pen, const struct ct_op *op, struct str address)
{
    note(pen, "// wsdl /out:TechnicianConsole.cs ", address, "?WSDL");
    text(pen, "var service = new TechnicianConsole {\n    Url = \"");
    text_str(pen, address);
    text(pen, "\",\n    CookieContainer = new System.Net.CookieContainer()");
    ink(pen, CT_INK_NOTE, "  // the session");
    text(pen, "\n};\n");
    for (size_t i = 1; i < op->out.n; i++) {
        text(pen, csharp_type(&op->out.fields[i]));
        text(pen, op->out.fields[i].kind == CT_ARRAY ? "[] " : " ");
        text_str(pen, op->out.fields[i].name);
        text(pen, ";\n");
    }
    text(pen, "var result = service.");
    text_str(pen, op->name);
    text(pen, "(");
    arguments(pen, &op->in, "    ", "", "\"");
    for (size_t i = 1; i < op->out.n; i++) {
        text(pen, i > 1 || op->in.n > 0 ? ",\n    out " : "\n    out ");
        text_str(pen, op->out.fields[i].name);
    }
    text(pen, ");\nSystem.Console.WriteLine(result);\n");
}

static const char *
java_type(const struct ct_field *f)
{
    switch (f->kind) {
    case CT_STRING:
        return "String";
    case CT_BOOLEAN:
        return "Boolean";
    case CT_UNSIGNED_BYTE:
        return "Short";
    case CT_INT:
        return "Integer";
    case CT_ENUM:
        return f->en->type;
    case CT_ARRAY:
        break;
    }
    return f->of->name.p;
}

/* JAXB's name mapping: an underscore separates words, and each word starts with a capital. */
static void
java_name(struct ct_pen *pen, struct str name)
{
    for (struct str word = str_cut(&name, '_');; word = str_cut(&name, '_')) {
        text_str(pen, word);
        if (str_is_null(name))
            return;
        if (name.n > 0 && name.p[0] >= 'a' && name.p[0] <= 'z') {
            char capital[] = {(char)(name.p[0] - 'a' + 'A'), '\0'};
            text(pen, capital);
            name = str_sub(name, 1, name.n);
        }
    }
}

/* Several outputs come back in holders, including the Result. */
static void
java_holders(struct ct_pen *pen, const struct ct_type *out)
{
    for (size_t i = 0; i < out->n; i++) {
        text(pen, "Holder<");
        text(pen, out->fields[i].kind == CT_ARRAY ? "ArrayOf" : "");
        text(pen, java_type(&out->fields[i]));
        text(pen, "> ");
        if (i == 0)
            text(pen, "result");
        else
            text_str(pen, out->fields[i].name);
        text(pen, " = new Holder<>();\n");
    }
}

static void
java(struct ct_pen *pen, const struct ct_op *op, struct str address)
{
    bool has_holders = op->out.n > 1;

    note(pen, "// wsimport -keep -p console ", address, "?WSDL");
    text(pen, "TechnicianConsoleSoap port = new TechnicianConsole().getTechnicianConsoleSoap();\n"
              "((BindingProvider) port).getRequestContext()\n"
              "    .put(BindingProvider.SESSION_MAINTAIN_PROPERTY, true);\n");
    if (has_holders) {
        java_holders(pen, &op->out);
    } else {
        text(pen, java_type(&op->out.fields[0]));
        text(pen, " result = ");
    }
    text(pen, "port.");
    java_name(pen, op->name);
    text(pen, "(");
    arguments(pen, &op->in, "    ", "", "\"");
    for (size_t i = 0; has_holders && i < op->out.n; i++) {
        text(pen, i > 0 || op->in.n > 0 ? ",\n    " : "\n    ");
        if (i == 0)
            text(pen, "result");
        else
            text_str(pen, op->out.fields[i].name);
    }
    text(pen, has_holders ? ");\nSystem.out.println(result.value);\n" : ");\nSystem.out.println(result);\n");
}

void
ct_help_snippet(struct ct_pen *pen, enum ct_help_tool tool, const struct ct_op *op, struct str address)
{
    static void (*const write[CT_HELP_COUNT_])(struct ct_pen *, const struct ct_op *, struct str) = {
        [CT_HELP_CURL] = curl, [CT_HELP_ZEEP] = zeep, [CT_HELP_DOTNET] = dotnet,
        [CT_HELP_JAVA] = java, [CT_HELP_PHP] = php,   [CT_HELP_NODE] = node,
    };

    write[tool](pen, op, address);
}
