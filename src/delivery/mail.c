/* SPDX-License-Identifier: Apache-2.0 */
/* mail: see the header. */
#include "delivery/mail.h"

#include <time.h>

#include "base/buf.h"
#include "base/clock.h"

enum { MESSAGE_MAX = 16 * 1024, WORDS_MAX = 300 };

/* One line's words: anything else than printable ASCII becomes '?', the rest is cut off. */
static void
add_words(struct buf *out, struct str words)
{
    for (size_t i = 0; i < words.n && i < WORDS_MAX; i++)
        buf_add_byte(out, words.p[i] >= ' ' && words.p[i] <= '~' ? (unsigned char)words.p[i] : '?');
}

/* Section 3.3, in UTC. */
static void
add_date(struct buf *out, int64_t at)
{
    static const char *const days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                         "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    const time_t seconds = (time_t)(at / CLOCK_S);
    struct tm t;
    ASSERT(gmtime_r(&seconds, &t) != NULL);
    buf_addf(out, "Date: %s, %d %s %d %02d:%02d:%02d +0000\r\n", days[t.tm_wday], t.tm_mday, months[t.tm_mon],
             t.tm_year + 1900, t.tm_hour, t.tm_min, t.tm_sec);
}

static void
add_head(struct buf *out, const struct http_out_mail *mail, const struct letter *letter)
{
    const struct letter_alarm *alarm = &letter->alarm;
    const char *state = alarm->is_cleared ? "cleared" : "raised";
    struct str from = str_from_cstr(mail->from);
    buf_addf(out, "From: %s\r\n", mail->from);
    for (size_t i = 0; i < mail->n_to; i++)
        buf_addf(out, "%s%s", i == 0 ? "To: " : ",\r\n ", mail->to[i]);
    buf_addf(out, "\r\nSubject: [countersign] %s: ", state);
    add_words(out, alarm->title);
    if (!str_is_empty(alarm->subject)) {
        buf_add_cstr(out, " (");
        add_words(out, alarm->subject);
        buf_add_byte(out, ')');
    }
    buf_add_cstr(out, "\r\n");
    add_date(out, clock_wall());
    buf_add_cstr(out, "Message-ID: <");
    add_words(out, letter->id);
    buf_addf(out, ".%s%.*s>\r\n", state, STR_ARG(str_sub(from, str_find(from, '@'), SIZE_MAX)));
    buf_add_cstr(out, "Auto-Submitted: auto-generated\r\n"
                      "MIME-Version: 1.0\r\n"
                      "Content-Type: text/plain; charset=us-ascii\r\n\r\n");
}

void
mail_write(struct cx *cx, const struct http_out_mail *mail, const struct letter *letter,
           struct http_out_post *post)
{
    const struct letter_alarm *alarm = &letter->alarm;
    struct buf out;
    buf_init(&out, MESSAGE_MAX);
    add_head(&out, mail, letter);
    add_words(&out, alarm->detail);
    buf_addf(&out, "\r\n\r\nSince: %.*s\r\n", STR_ARG(clock_text(&cx->arena, alarm->raised_at)));
    if (alarm->is_cleared)
        buf_addf(&out, "Over: %.*s\r\n", STR_ARG(clock_text(&cx->arena, alarm->at)));
    buf_add_cstr(&out, "Class: ");
    add_words(&out, alarm->class);
    buf_add_cstr(&out, "\r\n\r\nWhat stands now: countersign status\r\n");
    post->body = arena_str(&cx->arena, buf_view(&out));
    buf_clear(&out);
}
