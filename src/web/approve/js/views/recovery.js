// SPDX-License-Identifier: Apache-2.0
// Recovery codes, shown once: to be copied, printed or written down. The style sheet prints this screen alone.
import {h} from "../dom.js";

/**
 * @param {object} words
 * @param {object} state
 * @param {import("../accounts.js").Account} state.account
 * @param {string[]} state.codes
 * @param {Date} state.made
 * @param {() => void} state.print @param {(text: string) => Promise<void>} state.copy @param {() => void} state.done
 * @returns {import("./frame.js").Screen}
 */
export function recoveryView(words, {account, codes, made, print, copy, done}) {
    const t = words.t;
    const copyButton = h("button", {type: "button", class: "quiet", onclick: async () => {
        await copy(codes.join("\n"));
        copyButton.textContent = t("enrol.copied");
    }}, t("codes.recovery.copy"));
    return {
        title: t("codes.recovery.heading"),
        body: h("section", {class: "recovery"},
            h("h1", {}, t("codes.recovery.heading")),
            h("p", {class: "on-screen"}, t("codes.recovery.once")),
            h("p", {class: "printed"}, h("bdi", {}, account.company), " · ", h("bdi", {}, account.address), h("br"),
                t("codes.recovery.made", {date: words.date(made)})),
            h("ul", {class: "recovery-codes mono"}, codes.map((code) => h("li", {}, code))),
            h("p", {class: "on-screen soft"}, t("codes.recovery.use")),
            h("div", {class: "actions"},
                h("div", {class: "pair"}, copyButton,
                    h("button", {type: "button", class: "quiet", onclick: print}, t("codes.recovery.print"))),
                h("button", {type: "button", class: "main", onclick: done}, t("codes.recovery.done")))),
    };
}
