#!/usr/bin/fish --no-config
# SPDX-License-Identifier: Apache-2.0
# completion: what fish offers, asked as fish asks. Usage: completion.fish COUNTERSIGN
$argv[1] completion fish | source
set -g failed 0

# expect WANTED LINE: WANTED must be among what is offered at the end of the line ("!W": must not).
function expect
    set -l offered (complete -C $argv[2] | string replace -r '\t.*' '')
    set -l wanted (string replace -r '^!' '' -- $argv[1])
    if string match -q '!*' -- $argv[1]
        if contains -- $wanted $offered
            echo "offered $wanted for: $argv[2]"
            set -g failed 1
        end
    else if not contains -- $wanted $offered
        echo "not offered: $wanted for: $argv[2] (got: $offered)"
        set -g failed 1
    end
end

expect company 'countersign '
expect add 'countersign company '
expect '!login' 'countersign company '
expect --json 'countersign --j'
expect add 'countersign -c /etc/x company a'
expect --company 'countersign technician add ann@acme.example --'
expect '!--title' 'countersign technician add ann@acme.example --'
expect --soap12 'countersign login --'
expect '!add' 'countersign technician add ann '
expect /etc/passwd 'countersign login ann --password-file /etc/passw'
expect '!/etc/passwd' 'countersign technician add ann --company /etc/passw'
exit $failed
