// SPDX-License-Identifier: Apache-2.0
// The screens of an enrolment: from a ticket to a device that is ready. What happens behind them is in enrol.js.
import {PASSING} from "./api.js";
import {isAvailable} from "./crypto.js";
import {enrol, fitName, ticketOfLink} from "./enrol.js";
import {isPossible} from "./passkey.js";
import {deviceName, isForgetful} from "./platform.js";
import {canScan, createScan} from "./scan.js";
import {compareView, enrolView} from "./views/enrol.js";
import {worded} from "./views/frame.js";
import {messageView} from "./views/message.js";
import {scanView} from "./views/scan.js";

/**
 * @param {object} tools
 * @param {object} tools.api @param {URL} tools.here where the app is @param {string} tools.audience the server's public address
 * @param {() => object} tools.words @param {() => object|null} tools.store
 * @param {(screen: object, hold: object) => void} tools.show @param {(hold: object) => boolean} tools.isHeld
 * @param {(kind: string, key: string, values?: object, done?: () => void, label?: string) => void} tools.message
 * @param {() => Promise<void>} tools.added to be called when an account was added
 * @param {(account: object) => Promise<void>} tools.forget
 * @param {() => Node[]} tools.news what else is to be seen at the end @param {() => void} tools.ready
 */
export function createJoining({api, here, audience, words, store, show, isHeld, message, added, forget, news, ready}) {
    let isScannable = false;

    async function start(ticket) {
        // The ticket is a secret: it stays neither in the address bar nor in the history.
        history.replaceState(null, "", here);
        if (!isAvailable() || store() === null) {
            message("bad", `problem.${isAvailable() ? "NoStorage" : "NoCrypto"}`);
            return;
        }
        const hold = {};
        show(messageView(words(), {kind: "calm", key: "asking", done: null}), hold);
        const invitation = await api.ticket(ticket);
        const canBe = await isPossible();
        if (!isHeld(hold))
            return;
        if (invitation.result === "OK")
            ask(ticket, invitation, canBe);
        else if (PASSING.includes(invitation.result))
            message("bad", `problem.${invitation.result}`, {}, () => void start(ticket), "asking.again");
        else
            message("bad", `problem.${worded(words(), invitation.result)}`);
    }

    function ask(ticket, invitation, isPasskeyPossible) {
        show(enrolView(words(), {
            name: fitName(deviceName(navigator.userAgent)), server: audience,
            invitation: {
                company: invitation.sCompany, account: invitation.sAccount, passkey: invitation.sPasskey, isPossible: isPasskeyPossible},
            go: (name, hasPasskey) => finish({ticket, name, audience, invitation, hasPasskey}),
            copy: isForgetful(navigator) ? () => navigator.clipboard.writeText(`${here}#${ticket}`) : null}), {});
    }

    async function finish(wanted) {
        const {result, account} = await enrol({api, accounts: store()}, wanted);
        if (result === "UnknownTicket") {
            message("bad", "problem.UnknownTicket");
            return null;
        }
        if (result !== "OK")
            return result === "BadSignature" ? "EnrolSignature" : result;
        await added();
        void navigator.storage?.persist?.();
        const enrolled = () => show(messageView(words(), {
            kind: "good", key: "enrolled", values: {company: account.company}, beside: news(), done: ready}), {});
        // Only where somebody can compare it: docs/operating.md, enrol_compare.
        if (!wanted.invitation.bCompare) {
            enrolled();
            return null;
        }
        show(compareView(words(), {
            account, match: enrolled,
            async differ() {
                const {result} = await api.remove(account);
                await forget(account);
                message("bad", result === "LastFactor" ? "differ.kept" : "differ");
            },
        }), {});
        return null;
    }

    /** Goes on with an enrolment link. @returns {boolean} false where it is none */
    function paste(text) {
        const ticket = ticketOfLink(text, here);
        if (ticket !== null)
            void start(ticket);
        return ticket !== null;
    }

    function scan() {
        show(scanView(words(), createScan({take: paste, fail: () => message("bad", "problem.NoCamera")})), {mayLeave: true});
    }

    return {
        start,
        /** Finds out what this browser can do. */
        async prepare() {
            isScannable = await canScan();
        },
        /** @returns {import("./views/paste.js").Ways} */
        ways: () => ({paste, scan: isScannable ? scan : null}),
    };
}
