// SPDX-License-Identifier: Apache-2.0
// The two screens of an enrolment: the device's name, and the fingerprint to be compared.
import {h} from "../dom.js";
import {fitName, NAME_BYTES_MOST} from "../enrol.js";
import {facts, problem, worded} from "./frame.js";

/** Where the key would be kept badly, and what to do about it. */
function copyNote(words, copy) {
    const button = h("button", {type: "button", class: "quiet", onclick: async () => {
        await copy();
        button.textContent = words.t("enrol.copied");
    }}, words.t("enrol.copy"));
    return h("div", {class: "note"}, h("p", {}, words.t("enrol.kept")), button);
}

/** What the company wants of a passkey: a sentence where it must be, one choice where it may be and can be. */
function passkeyField(words, {company, passkey, isPossible}) {
    if (passkey === "required") {
        return {
            node: h("div", {class: "note"}, h("p", {}, words.t("passkey.required", {company})),
                isPossible ? null : h("p", {}, words.t("passkey.none"))),
            isWanted: () => true,
        };
    }
    if (passkey !== "offered" || !isPossible)
        return {node: null, isWanted: () => false};
    const box = h("input", {id: "passkey", type: "checkbox", "aria-describedby": "passkey-why"});
    return {
        node: h("div", {class: "choice"}, box, h("label", {for: "passkey"}, words.t("passkey.offer")),
            h("p", {id: "passkey-why", class: "soft"}, words.t("passkey.offer.why"))),
        isWanted: () => box.checked,
    };
}

/**
 * @param {object} words
 * @param {object} state
 * @param {string} state.name proposed
 * @param {string} state.server
 * @param {object} state.invitation
 * @param {string} state.invitation.company @param {string} state.invitation.account
 * @param {"off"|"offered"|"required"} state.invitation.passkey
 * @param {boolean} state.invitation.isPossible whether this device can make a passkey by itself
 * @param {(name: string, hasPasskey: boolean) => Promise<string|null>} state.go enrols; the result that hindered it, or null when
 *   another screen is shown
 * @param {(() => Promise<void>)|null} state.copy copies the link, where it had better be opened elsewhere
 * @returns {import("./frame.js").Screen}
 */
export function enrolView(words, {name, server, invitation, go, copy}) {
    const t = words.t;
    const trouble = h("div", {});
    const input = h("input", {id: "name", type: "text", value: name, maxlength: NAME_BYTES_MOST, required: true,
        autocomplete: "off", spellcheck: "false", enterkeyhint: "go", "aria-describedby": "name-why"});
    const passkey = passkeyField(words, invitation);
    const button = h("button", {type: "submit", class: "main"}, t("enrol.go"));

    async function submit(event) {
        event.preventDefault();
        const fit = fitName(input.value);
        if (fit === "") {
            trouble.replaceChildren(problem(words, "NoName"));
            input.focus();
            return;
        }
        button.disabled = true;
        trouble.replaceChildren();
        const result = await go(fit, passkey.isWanted());
        button.disabled = false;
        if (result !== null)
            trouble.replaceChildren(problem(words, worded(words, result)));
    }

    return {
        title: t("enrol.title"),
        body: h("section", {class: "enrol"},
            h("h1", {}, t("enrol.title")),
            h("p", {}, t("enrol.text", {account: invitation.account, company: invitation.company})),
            h("ul", {class: "points"}, h("li", {}, t("enrol.point.key")), h("li", {}, t("enrol.point.answer")),
                h("li", {}, t("enrol.point.free"))),
            copy === null ? null : copyNote(words, copy),
            h("form", {novalidate: true, onsubmit: submit},
                h("label", {for: "name"}, t("enrol.name")), input,
                h("p", {id: "name-why", class: "soft"}, t("enrol.name.why")),
                passkey.node, trouble,
                h("div", {class: "actions"}, button)),
            h("p", {class: "soft server"}, t("enrol.server", {server}))),
    };
}

/**
 * @param {object} words
 * @param {{account: import("../accounts.js").Account, match: () => void, differ: () => Promise<void>}} state
 * @returns {import("./frame.js").Screen}
 */
export function compareView(words, {account, match, differ}) {
    const t = words.t;
    return {
        title: t("compare.title"),
        body: h("section", {class: "compare"},
            h("h1", {}, t("compare.title")),
            facts([[t("fact.company"), account.company], [t("fact.account"), account.address]]),
            h("p", {class: "fingerprint", "aria-label": `${t("fact.fingerprint")}: ${account.fingerprint}`, role: "img"},
                account.fingerprint.split(" ").map((group) => h("span", {}, group))),
            h("p", {}, t("compare.text")),
            h("p", {class: "soft"}, t("compare.command"), " ", h("code", {}, "countersign device list")),
            h("div", {class: "actions"},
                h("button", {type: "button", class: "main", onclick: match}, t("compare.match")),
                h("button", {type: "button", class: "quiet", onclick: differ}, t("compare.differ")))),
    };
}
