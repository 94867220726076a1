// SPDX-License-Identifier: Apache-2.0
// What is said of notifications, and what can be done about them: as a card on a screen, and whole in the settings.
import {h} from "../dom.js";

/** By state (notify.js, and "install" of bell.js; of "idle" there is nothing to say): the words, and what the button does, where there is one. */
const STATES = {
    on: {key: "notify.on", does: "switchOff", button: "notify.on.button"},
    off: {key: "notify.off", does: "allow", button: "notify.off.button"},
    ask: {key: "notify.ask", does: "allow", button: "notify.allow"},
    denied: {key: "notify.denied"},
    none: {key: "notify.none"},
    unknown: {key: "notify.unknown", does: "again", button: "notify.again"},
    absent: {key: "notify.absent"},
    install: {key: "notify.install"},
    broken: {key: "notify.broken", does: "again", button: "notify.again"},
    refused: {key: "problem.UnknownPushService"},
};
/** The states that are shown to a person who did not ask. */
const TOLD = ["ask", "install", "refused"];

/** A button that waits for what it began, and keeps the focus meanwhile. */
function doing(words, key, kind, act) {
    let isBusy = false;
    const button = h("button", {type: "button", class: kind, onclick: async () => {
        if (isBusy)
            return;
        isBusy = true;
        button.setAttribute("aria-disabled", "true");
        await act();
        isBusy = false;
        button.removeAttribute("aria-disabled");
    }}, words.t(key));
    return button;
}

/**
 * @param {object} words
 * @param {string} state
 * @param {boolean} wasAsked whether the person pressed something, and is shown the result
 * @param {{allow: Function, again: Function, putAway: Function}} actions
 * @returns {HTMLElement|null} null where there is nothing to say
 */
export function notifyCard(words, state, wasAsked, actions) {
    const isTold = TOLD.includes(state);
    if (!isTold && !wasAsked || !(state in STATES))
        return null;
    const {key, does, button} = STATES[state];
    const canDo = does in actions;
    return h("section", {class: "note"},
        h("h2", {}, words.t(`${key}.title`)), h("p", {}, words.t(`${key}.text`)),
        canDo ? doing(words, button, "main", actions[does]) : null,
        isTold ? doing(words, canDo ? "notify.later" : "notify.seen", "quiet", actions.putAway) : null);
}

/**
 * @param {object} words
 * @param {string} state
 * @param {{allow: Function, again: Function, switchOff: Function}} actions
 * @returns {Node[]} for the settings
 */
export function notifySection(words, state, actions) {
    if (!(state in STATES))
        return [];
    const {key, does, button} = STATES[state];
    return [h("h2", {}, words.t("notify.settings")), h("p", {}, h("strong", {}, words.t(`${key}.title`))), h("p", {}, words.t(`${key}.text`)),
        does === undefined ? null : doing(words, button, "quiet", actions[does])].filter(Boolean);
}
