/* SPDX-License-Identifier: Apache-2.0 */
/* pages_root: what a browser gets at the server's bare address: where a technician goes, and where a
 * developer does. Its links are relative, since a proxy may have added a path prefix. */
#include "pages/page.h"

static const struct {
    const char *href, *title, *text;
} places[] = {
    {"approve/", "Approve sign-ins",
     "The app for your phone: it shows who wants to sign in as you, and asks you."},
    {"account/password", "Change your password", "Also when it has expired, and the console sends you here."},
    {"console/", "Your console", "Who is signed in here, and until when."},
    {"console/admin/", "For operators",
     "The operator's console: accounts, reports, rules and the audit log."},
    {"integrate/", "For developers", "How a console signs technicians in by this server."},
};

void
pages_root(struct buf *body, struct response *out)
{
    page_begin(body, STR_LIT("countersign"), STR_NULL);
    buf_add_cstr(body,
                 "<h1>Sign-in server</h1>\n<p class=\"lead\">Technicians sign in at their own console; this "
                 "server asks their phone.</p>\n<ul class=\"places\">\n");
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        buf_addf(body, "<li><a href=\"%s\">%s</a><br>%s</li>\n", places[i].href, places[i].title,
                 places[i].text);
    buf_add_cstr(body, "</ul>\n");
    page_end(body, 200, "no-cache", out);
}
