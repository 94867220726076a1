/* SPDX-License-Identifier: Apache-2.0 */
/* soap_response: responses that are not results: faults, 400 and 415, in both SOAP versions
 * (docs/contract.md, section 5). Private to this room. */
#ifndef COUNTERSIGN_SOAP_SOAP_RESPONSE_H
#define COUNTERSIGN_SOAP_SOAP_RESPONSE_H

#include "soap/soap.h"

#define SOAP_NS_11 "http://schemas.xmlsoap.org/soap/envelope/"
#define SOAP_NS_12 "http://www.w3.org/2003/05/soap-envelope"

/* Separator in a chain of exception messages. */
#define SOAP_CAUSE " ---> "
#define SOAP_UNABLE_TO_PROCESS "Server was unable to process request." SOAP_CAUSE
#define SOAP_UNABLE_TO_READ "Server was unable to read request." SOAP_CAUSE

enum soap_code { SOAP_CODE_CLIENT, SOAP_CODE_SERVER, SOAP_CODE_MUST_UNDERSTAND, SOAP_CODE_VERSION_MISMATCH };

/* The start of an envelope, up to but excluding its Body or Header, and its end. */
struct str soap_response_prologue(enum soap_version version);
#define SOAP_EPILOGUE "</soap:Body></soap:Envelope>"

/* Status, Content-Type and Cache-Control of 200. */
void soap_response_ok(struct soap_response *answer, enum soap_version version);
/* 400 or 415: no body. */
void soap_response_empty(struct soap_response *answer, enum soap_version version, int status);
/* 500 with a fault, whose text is `before` followed by `text`. A VersionMismatch has an Upgrade header, a
 * MustUnderstand no detail. */
void soap_response_fault(struct soap_response *answer, enum soap_version version, enum soap_code code,
                         const char *before, struct str text);

#endif
