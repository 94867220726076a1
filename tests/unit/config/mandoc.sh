#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The settings part of countersign.conf(5), put into a page of its own, must please mandoc's lint.
# usage: mandoc.sh MANDOC PROGRAM-THAT-PRINTS-THE-PART
set -eu
{
    printf '%s\n' '.Dd November 23, 2026' '.Dt COUNTERSIGN.CONF 5' '.Os' '.Sh NAME' '.Nm countersign.conf' \
        '.Nd configuration' '.Sh SETTINGS'
    "$2"
} | "$1" -T lint -W warning
