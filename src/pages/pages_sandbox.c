/* SPDX-License-Identifier: Apache-2.0 */
/* pages_sandbox: a sandbox's page: its users, their password, what each one demonstrates and why, and a
 * first request to try; generated from scenarios.def. */
#include "contract/ct.h"
#include "contract/scenario.h"
#include "pages/page.h"

enum { REQUEST_MAX = 8192 };

static const char *const ways[VIA_COUNT_] = {
    [VIA_LOGIN] = "loginTechnicianFromStandalone_v7_2",
    [VIA_NEW_PASSWORD] = "loginTechnicianWithNewPassword_v7_2",
    [VIA_CHANGE] = "changePassword",
    [VIA_CHANGE2] = "changePassword_v7_2",
};

/* Text of a request: a password may contain any character, so it is XML-escaped here. */
static void
element(struct buf *xml, const char *name, struct str text)
{
    buf_addf(xml, "<%s>", name);
    page_text(xml, text);
    buf_addf(xml, "</%s>", name);
}

/* Every scenario starts with a login. */
static void
request(struct buf *xml, const char *op, const struct scenario *s)
{
    const bool brings = s->via == VIA_NEW_PASSWORD;
    const char *email = brings ? "email" : "sEmail";
    buf_addf(xml,
             "<Envelope xmlns=\"http://schemas.xmlsoap.org/soap/envelope/\"><Body><%s xmlns=\"" CT_NAMESPACE
             "\"><%s>%.*s@" SCENARIO_DOMAIN "</%s>",
             op, email, STR_ARG(s->user), email);
    element(xml, brings ? "oldPassword" : "sPassword", s->typed);
    if (brings)
        element(xml, "newPassword", s->new_password);
    buf_addf(xml, "</%s></Body></Envelope>", op);
}

/* One word of a POSIX shell, on a page: inside single quotes only the quote itself needs escaping. */
static void
shell_word(struct buf *b, struct str word)
{
    buf_add_cstr(b, "'");
    for (struct str rest = word; !str_is_null(rest);) {
        page_text(b, str_cut(&rest, '\''));
        buf_add_cstr(b, str_is_null(rest) ? "'" : "'\\''");
    }
}

static void
curl(const struct page_site *site, struct buf *b, const struct scenario *s)
{
    const char *op = ways[s->via == VIA_NEW_PASSWORD ? VIA_NEW_PASSWORD : VIA_LOGIN];
    struct buf xml;

    buf_init(&xml, REQUEST_MAX);
    request(&xml, op, s);
    buf_add_cstr(b, "<pre>curl -sS ");
    shell_word(b, site->address);
    buf_addf(b,
             " -H 'Content-Type: text/xml; charset=utf-8' -H 'SOAPAction: \"" CT_NAMESPACE
             "%s\"' --data-binary ",
             op);
    shell_word(b, buf_view(&xml));
    buf_add_cstr(b, "</pre>\n");
    buf_clear(&xml);
}

static void
expected(struct buf *b, const char *op, struct str result)
{
    if (result.n > 0)
        buf_addf(b, "<br><code>%s</code>: <strong>%.*s</strong>", op, STR_ARG(result));
}

static void
step(struct buf *b, const char *when, enum scenario_step step)
{
    if (step == STEP_nothing)
        return;
    buf_addf(b, "<br>%s ", when);
    page_cstr(b, scenario_step_doc(step));
}

static void
row(const struct page_site *site, struct buf *b, const struct scenario *s)
{
    buf_add_cstr(b, "<tr><td>");
    page_text(b, s->user);
    buf_add_cstr(b, "@" SCENARIO_DOMAIN "</td><td>");
    page_cstr(b, s->doc);
    step(b, "Before the login:", s->before);
    step(b, "After it:", s->then);
    step(b, "Once the push was sent:", s->after);
    if (!str_eq(s->typed, STR_LIT(SCENARIO_PASSWORD))) {
        buf_add_cstr(b, "<br>Password: <code>");
        page_text(b, s->typed);
        buf_add_cstr(b, "</code>");
    }
    if (s->new_password.n > 0) {
        buf_add_cstr(b, "<br>New password: <code>");
        page_text(b, s->new_password);
        buf_add_cstr(b, "</code>");
    }
    expected(b, s->via == VIA_NEW_PASSWORD ? ways[VIA_NEW_PASSWORD] : ways[VIA_LOGIN], s->login);
    expected(b, ways[s->via], s->change);
    expected(b, "twoFactorSendPushAuth", s->send);
    expected(b, "twoFactorCheckPushAuthStatus", s->check);
    buf_add_cstr(b, "\n<details><summary>curl</summary>");
    curl(site, b, s);
    buf_add_cstr(b, "</details></td></tr>\n");
}

/* The user's name says what the user is for. */
static const char *
group(const struct scenario *s)
{
    if (str_starts(s->user, STR_LIT("login-")))
        return "The 18 results of a login";
    if (str_starts(s->user, STR_LIT("change-")))
        return "Changes of a password";
    if (s->user.p[0] >= 'a' && s->user.p[0] <= 'z')
        return "Phones, waits and passwords";
    return "The 26 results of a check";
}

static void
users(const struct page_site *site, struct buf *b)
{
    const char *last = NULL;

    for (size_t i = 0; i < scenarios_n; i++) {
        const char *title = group(&scenarios[i]);
        if (last != title)
            buf_addf(b,
                     "%s<h3>%s</h3>\n<table class=\"facts\">\n<thead><tr><th>User</th><th>What happens, and "
                     "what to expect</th></tr></thead>\n<tbody>\n",
                     last == NULL ? "" : "</tbody>\n</table>\n", title);
        last = title;
        row(site, b, &scenarios[i]);
    }
    buf_add_cstr(b, "</tbody>\n</table>\n");
}

static void
controls(const struct page_site *site, struct buf *b)
{
    struct str base = str_sub(site->address, 0, site->address.n - site->path.n);

    buf_addf(
        b,
        "<h3>The phone and the clock</h3>\n<p>A push waits a second before anything happens to it, so that "
        "a console sees <code>Poll</code> first. The phone of each user, that of "
        "<code>manual@" SCENARIO_DOMAIN
        "</code> above all, also follows commands: <code>approve</code>, <code>reject</code>, "
        "<code>not-me</code> or <code>wrong-number</code>.</p>\n"
        "<pre>curl -s %.*s/sandbox/phone -H 'Content-Type: application/json' -d "
        "'{\"user\": \"manual@" SCENARIO_DOMAIN "\", \"action\": \"approve\"}'</pre>\n"
        "<p>The clock goes forward, never back: sessions end, pushes and passwords expire.</p>\n"
        "<pre>curl -s %.*s/sandbox/clock\ncurl -s %.*s/sandbox/clock -H 'Content-Type: application/json' -d "
        "'{\"advance\": 61}'</pre>\n",
        STR_ARG(base), STR_ARG(base), STR_ARG(base));
}

void
pages_sandbox(const struct page_request *req, struct buf *body, struct response *out)
{
    struct page_site site;

    page_site(req, &site);
    page_begin(body, STR_LIT("Sandbox"), STR_NULL);
    buf_add_cstr(
        body,
        "<p class=\"error\"><strong>This server is a sandbox.</strong> Everybody knows its passwords, its "
        "phones are scripted, and all of it is gone when it ends.</p>\n"
        "<h1>Every result, without a phone</h1>\n"
        "<p class=\"lead\">Sign in as one of these users with the password <code>" SCENARIO_PASSWORD
        "</code>, send the push, and ask what became of it. Each login makes its user anew, so that a "
        "scenario can be run again and again. Tests that run at the same time take accounts of "
        "their own by a tag: <code>OK+tag@" SCENARIO_DOMAIN "</code>.</p>\n");
    controls(&site, body);
    users(&site, body);
    page_end(body, 200, "no-store", out);
}
