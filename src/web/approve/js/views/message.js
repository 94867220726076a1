// SPDX-License-Identifier: Apache-2.0
// One thing to know: how an answer ended, or what went wrong.
import {h, icon} from "../dom.js";

const PICTURES = {
    good: "M5 12.5l4.5 4.5L19 7.5",
    calm: "M6 12h12",
    bad: "M12 7v6.5M12 17v.01",
};

/**
 * @param {object} words
 * @param {object} message
 * @param {"good"|"calm"|"bad"} message.kind
 * @param {string} message.key key.title and key.text are its words
 * @param {object} [message.values] @param {string} [message.more] a key of its own
 * @param {Node} [message.beside] what else is to be seen
 * @param {(() => void)|null} message.done null where there is nothing to press
 * @param {string} [message.label] the key of the button's words
 * @returns {import("./frame.js").Screen}
 */
export function messageView(words, {kind, key, values, more, beside, done, label = "done"}) {
    const title = words.t(`${key}.title`, values);
    return {
        title,
        body: h("section", {class: `message ${kind}`},
            h("div", {class: "middle"},
                h("div", {class: "badge"}, icon(PICTURES[kind])),
                h("h1", {}, title), h("p", {}, words.t(`${key}.text`, values)),
                more === undefined ? null : h("p", {}, words.t(more))),
            beside,
            done === null ? null
                : h("div", {class: "actions"}, h("button", {type: "button", class: "main", onclick: done}, words.t(label)))),
    };
}

/**
 * An approval, and that the password expires soon.
 * @param {{notice: number, done: () => void}} state notice: in days; 0: it has expired
 * @returns {import("./frame.js").Screen}
 */
export function approvedView(words, {notice, done}) {
    const text = notice === 0 ? words.t("approved.password.over") : words.t("approved.password", {n: notice});
    return messageView(words, {kind: "good", key: "approved", done, beside: h("div", {class: "problem"}, h("p", {}, text))});
}
