/* SPDX-License-Identifier: Apache-2.0 */
/* socket_open: one listening stream socket, by address, by name or in the file system. */
#ifndef COUNTERSIGN_PROC_SOCKET_OPEN_H
#define COUNTERSIGN_PROC_SOCKET_OPEN_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/cx.h"
#include "base/err.h"
#include "base/inet.h"
#include "config/config.h"

/* Opens it and stores the port it got in *at; shared: others may have sockets of their own for the address
 * (SO_REUSEPORT). ERR_NOT_FOUND: this machine does not have the address; ERR_SYSTEM. */
enum errcode
socket_open_address(struct cx *cx, struct inet_endpoint *at, bool shared, int *fd_out) MUST_CHECK;

/* Opens a socket in the file system with server.socket_mode and server.socket_group. One that another program
 * has left behind is replaced. ERR_CONFIG (the group does not exist), ERR_SYSTEM (a program answers there, it
 * is not a socket, no right to create it). */
enum errcode
socket_open_path(struct cx *cx, const struct config *config, struct str path, int *fd_out) MUST_CHECK;

/* The addresses of a name, each once, as the system's resolver knows them now; localhost has only loopback
 * ones. ERR_SYSTEM: there are none. */
enum errcode
socket_resolve(struct cx *cx, struct str host, struct inet_addr *out, size_t most, size_t *n_out) MUST_CHECK;

#endif
