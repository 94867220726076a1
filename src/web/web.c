/* SPDX-License-Identifier: Apache-2.0 */
/* web: see the header. The bytes are those of the files beside this one (tools/embed). */
#include "web/web.h"

#include <stddef.h>

static const unsigned char pages_css[] = {
#include "pages.css.inc"
};
static const unsigned char pages_js[] = {
#include "pages.js.inc"
};
static const unsigned char mark_svg[] = {
#include "mark.svg.inc"
};
static const unsigned char copy_svg[] = {
#include "copy.svg.inc"
};
static const unsigned char done_svg[] = {
#include "done.svg.inc"
};

#define BODY(bytes)                         \
    {                                       \
        (const char *)(bytes), sizeof bytes \
    }

static const struct web_asset assets[] = {
    {STR("pages.css"), STR("text/css; charset=utf-8"), BODY(pages_css)},
    {STR("pages.js"), STR("text/javascript; charset=utf-8"), BODY(pages_js)},
    {STR("mark.svg"), STR("image/svg+xml"), BODY(mark_svg)},
    {STR("copy.svg"), STR("image/svg+xml"), BODY(copy_svg)},
    {STR("done.svg"), STR("image/svg+xml"), BODY(done_svg)},
};

const struct web_asset *
web_asset_find(struct str name)
{
    for (size_t i = 0; i < ARRAY_LEN(assets); i++) {
        if (str_eq(assets[i].name, name))
            return &assets[i];
    }
    return NULL;
}
