/* SPDX-License-Identifier: Apache-2.0 */
/* connection_bytes: the lowest layer of a connection: its state, its bytes, its end. Private to connection.c.
 */
#ifndef COUNTERSIGN_FRONT_CONNECTION_BYTES_H
#define COUNTERSIGN_FRONT_CONNECTION_BYTES_H

#include <stdbool.h>

#include "front/connection.h"

/* The only function that sets the state, after the first. */
void connection_move(struct connection *c, enum connection_state to);
/* READING or BODY. */
bool connection_is_reading(const struct connection *c);
/* Empty buffers go back to the pool. */
void connection_give_buffers(struct connection *c);
/* The number of open connections has changed. */
void connection_count(const struct front *f);
/* Accounts large bodies in the memory shared by all. */
void connection_count_body(struct connection *c);

/* Appends the socket's input to `in`. TLS_OK: something arrived. */
enum tls_result connection_fill(struct connection *c) MUST_CHECK;
/* The same, but not more than so many bytes. */
enum tls_result connection_fill_up_to(struct connection *c, size_t n) MUST_CHECK;
/* True: all responses have been sent. False: not yet, or it is CLOSED now. */
bool connection_flush(struct connection *c);
/* The same; a slow reader is waited for before more is read. */
bool connection_write_out(struct connection *c);

/* Nothing is left to write, and nothing more will be read. */
void connection_finish(struct connection *c);
/* CLOSED: frees all but the object. */
void connection_close(struct connection *c);
/* The end of each event of a connection: frees it if it is CLOSED. */
void connection_reap(struct connection *c);

#endif
