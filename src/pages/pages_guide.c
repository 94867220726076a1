/* SPDX-License-Identifier: Apache-2.0 */
/* pages_guide: the guide's pages that belong to no single operation: whole consoles, what to do about each
 * result, and the limits and waits. */
#include "base/json.h"
#include "contract/ct_advice.h"
#include "pages/guide.h"
#include "pages/page.h"
#include "web/web.h"

static const struct {
    const char *id, *file, *title, *note;
} programs[] = {
    {"curl", "console.sh", "curl", "A POSIX shell and curl: <code>sh console.sh SERVER EMAIL</code>"},
    {"zeep", "console.py", "Python (zeep)",
     "Debian: python3-zeep; elsewhere: pip install zeep. <code>python3 console.py SERVER EMAIL</code>"},
    {"framework", "console-framework.cs", ".NET Framework",
     "With a proxy class that wsdl.exe makes, as the first lines say; also with Mono."},
    {"net", "console-net.cs", ".NET 8 and later",
     "Without a package. <code>dotnet run SERVER EMAIL</code> (Tested with "
     "Mono's compiler and libraries: Debian has no SDK of .NET 8.)"},
    {"java", "Console.java", "Java (JAX-WS)", "With classes that wsimport makes, as the first lines say."},
    {"php", "console.php", "PHP", "Debian: php-cli, php-soap. <code>php console.php SERVER EMAIL</code>"},
    {"node", "console.mjs", "Node.js", "npm install soap. <code>node console.mjs SERVER EMAIL</code>"},
};

static const struct {
    const char *what, *limit, *seen;
} limits[] = {
#define LIMIT(what, limit, seen) {what, limit, seen},
#include "pages/limits.def"
};

/* Text with names between ``, which become <code>. */
static void
marked(struct buf *b, const char *s)
{
    struct str rest = str_from_cstr(s);

    for (bool is_code = false; !str_is_null(rest); is_code = !is_code) {
        struct str part = str_cut(&rest, '`');
        buf_add_cstr(b, is_code ? "<code>" : "");
        page_text(b, part);
        buf_add_cstr(b, is_code ? "</code>" : "");
    }
}

static void
consoles(struct buf *b, struct response *out)
{
    page_begin(b, STR_LIT("Whole consoles"), STR_NULL);
    buf_add_cstr(b, "<h1>A whole console</h1>\n<p class=\"lead\">Each of these programs signs in with a "
                    "password and the phone or a code, waits where it has to, changes an expired password, "
                    "keeps the session and signs out. SERVER is the address of this server, such as "
                    "<code>https://sign-in.example.com</code>.</p>\n<ul class=\"tools\">\n");
    for (size_t i = 0; i < ARRAY_LEN(programs); i++)
        buf_addf(b, "<li><a href=\"#%s\">%s</a></li>\n", programs[i].id, programs[i].title);
    buf_add_cstr(b, "</ul>\n");
    for (size_t i = 0; i < ARRAY_LEN(programs); i++) {
        const struct web_asset *file = web_integrate_find(str_from_cstr(programs[i].file));
        buf_addf(b,
                 "<h3 id=\"%s\">%s</h3>\n<p>%s (<a href=\"" PAGE_INTEGRATE
                 "%s\">the file</a>)</p>\n<pre class=\"code\">",
                 programs[i].id, programs[i].title, programs[i].note, programs[i].file);
        page_text(b, file != NULL ? file->body : STR_NULL);
        buf_add_cstr(b, "</pre>\n");
    }
    page_end(b, 200, "private, max-age=0", out);
}

void
guide_values(struct buf *b, const struct ct_enum *e)
{
    buf_add_cstr(b,
                 "<table class=\"facts\">\n<thead><tr><th>Value</th><th>Meaning, what to do, and a text for "
                 "the person</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < e->n; i++) {
        const struct ct_enum_value *v = &e->values[i];
        struct ct_advice advice;
        buf_addf(b, "<tr id=\"%.*s\"><td>%.*s</td><td>", STR_ARG(v->name), STR_ARG(v->name));
        page_cstr(b, v->doc);
        if (ct_advice_find(e, v->bare, &advice)) {
            buf_add_cstr(b, "<br>");
            marked(b, advice.doc);
            buf_add_cstr(b, advice.person[0] != '\0' ? "<br><q>" : "");
            page_cstr(b, advice.person);
            buf_add_cstr(b, advice.person[0] != '\0' ? "</q>" : "");
        }
        buf_add_cstr(b, "</td></tr>\n");
    }
    buf_add_cstr(b, "</tbody>\n</table>\n");
}

/* The enumerations of the SOAP face, each once, in the order of their first operation. */
static size_t
results(const struct ct_enum *enums_out[CT_OP_COUNT_])
{
    const struct ct_op *ops[CT_OP_COUNT_];
    size_t n = 0;
    size_t n_ops = page_operations(ops);

    for (size_t i = 0; i < n_ops; i++) {
        const struct ct_enum *e = ops[i]->out.fields[0].en;
        size_t k = 0;
        while (k < n && enums_out[k] != e)
            k++;
        if (k == n)
            enums_out[n++] = e;
    }
    return n;
}

static void
results_page(struct buf *b, struct response *out)
{
    const struct ct_enum *enums[CT_OP_COUNT_];
    size_t n = results(enums);

    page_begin(b, STR_LIT("Results"), STR_NULL);
    buf_add_cstr(b, "<h1>What to do about each result</h1>\n<p class=\"lead\">Map values by name, never by "
                    "number: the enumerations have different orders. The same as data, for a console that "
                    "shows these texts: <a href=\"" PAGE_INTEGRATE "results.json\">results.json</a>.</p>\n");
    for (size_t i = 0; i < n; i++) {
        buf_addf(b, "<h3>%s</h3>\n<p>", enums[i]->type);
        page_cstr(b, enums[i]->doc);
        buf_add_cstr(b, "</p>\n");
        guide_values(b, enums[i]);
    }
    page_end(b, 200, "private, max-age=0", out);
}

/* Each value's next step and text. */
static void
results_json(struct buf *b, struct response *out)
{
    const struct ct_enum *enums[CT_OP_COUNT_];
    size_t n = results(enums);
    const char *comma = "{";

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < enums[i]->n; k++) {
            struct ct_advice advice = {"", "", ""};
            (void)ct_advice_find(enums[i], enums[i]->values[k].bare, &advice);
            buf_addf(b, "%s\n \"%.*s\": {\"next\": \"%s\", \"text\": ", comma,
                     STR_ARG(enums[i]->values[k].name), advice.next);
            json_add_string(b, str_from_cstr(advice.person));
            buf_add_cstr(b, "}");
            comma = ",";
        }
    }
    buf_add_cstr(b, "\n}\n");
    *out = (struct response){.status = 200,
                             .cache_control = STR("private, max-age=0"),
                             .content_type = STR("application/json"),
                             .is_page = true,
                             .body = buf_view(b)};
}

static void
waits(struct buf *b, struct response *out)
{
    page_begin(b, STR_LIT("Limits and waits"), STR_NULL);
    buf_add_cstr(
        b, "<h1>Limits and waits</h1>\n<p class=\"lead\">What a console meets, and how it is said.</p>\n"
           "<table class=\"facts\">\n<thead><tr><th>What</th><th>Limit, and what the console "
           "sees</th></tr></thead>\n"
           "<tbody>\n");
    for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
        buf_add_cstr(b, "<tr><td>");
        marked(b, limits[i].what);
        buf_add_cstr(b, "</td><td>");
        marked(b, limits[i].limit);
        buf_add_cstr(b, "<br>");
        marked(b, limits[i].seen);
        buf_add_cstr(b, "</td></tr>\n");
    }
    buf_add_cstr(
        b,
        "</tbody>\n</table>\n<h3 id=\"prefer\">Prefer: wait</h3>\n<p>A check that carries the header "
        "<code>Prefer: wait=20</code> (RFC 7240) is held until the phone answers, or 20 seconds are over; "
        "the answer then says <code>Preference-Applied: wait=20</code>. The console learns of an approval "
        "in the moment that it happens, and the server has less to do. The time-out of the HTTP client has "
        "to be longer. Without the header, ask every <code>iPollInterval</code> seconds.</p>\n"
        "<h3 id=\"ticket\">The ticket of sUrl</h3>\n<p>After <code>OK</code>, <code>sUrl</code> is the "
        "company's console address with a ticket that is good once, for a minute. The web side of the "
        "console, not the browser, redeems it, and learns who signed in:</p>\n<pre>curl -s "
        "https://sign-in.example.com/api/console/redeem -H 'Content-Type: application/json' -d "
        "'{\"sTicket\": \"TICKET\"}'</pre>\n<p>Do not log it. A ticket that is unknown, expired or spent "
        "is answered <code>InvalidTicket</code>.</p>\n");
    page_end(b, 200, "private, max-age=0", out);
}

bool
guide_page(struct str name, struct buf *b, struct response *out)
{
    static const struct {
        struct str name;
        void (*write)(struct buf *, struct response *);
    } pages[] = {
        {STR("consoles"), consoles},
        {STR("results"), results_page},
        {STR("results.json"), results_json},
        {STR("waits"), waits},
    };
    const struct web_asset *program = web_integrate_find(name);

    for (size_t i = 0; i < ARRAY_LEN(pages); i++) {
        if (str_eq(pages[i].name, name)) {
            pages[i].write(b, out);
            return true;
        }
    }
    if (program == NULL)
        return false;
    *out = (struct response){.status = 200,
                             .cache_control = STR("private, max-age=0"),
                             .content_type = program->content_type,
                             .is_page = true,
                             .body = program->body};
    return true;
}
