/* SPDX-License-Identifier: Apache-2.0 */
/* tickets: the keys of session tickets (RFC 5077, RFC 8446 section 4.6.1), which all fronts of a server
 * share: a ticket of one is good at each of them. Who makes and changes them is proc/ticket_keys.h. What a
 * ticket is good for is decided in tls_context.c. */
#ifndef COUNTERSIGN_BASE_TICKETS_H
#define COUNTERSIGN_BASE_TICKETS_H

enum { TLS_TICKET_NAME = 16, TLS_TICKET_KEY = 32, TLS_TICKET_KEYS = 2 };

struct tls_ticket_key {
    unsigned char name[TLS_TICKET_NAME]; /* in each ticket, in the clear */
    unsigned char cipher[TLS_TICKET_KEY], mac[TLS_TICKET_KEY];
};

/* The first one seals new tickets; tickets of any are accepted. */
struct tls_tickets {
    struct tls_ticket_key keys[TLS_TICKET_KEYS];
};

#endif
