/* SPDX-License-Identifier: Apache-2.0 */
/* sanitized: IS_SANITIZED, 1 in a build with AddressSanitizer, also for the preprocessor. Such a program
 * reads /proc for its reports, stops its own threads at the end to search for leaks, and has a heap of its
 * own. */
#ifndef COUNTERSIGN_BASE_SANITIZED_H
#define COUNTERSIGN_BASE_SANITIZED_H

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#else
#define IS_SANITIZED 0
#endif

#endif
