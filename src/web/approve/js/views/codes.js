// SPDX-License-Identifier: Apache-2.0
// Codes by the time: setting them up, and showing them where this app keeps the seed.
import {h} from "../dom.js";
import {codeAt, secondsLeft, STEP} from "../totp.js";
import {problem as problemOf, worded} from "./frame.js";
import {qrPicture} from "./qr.js";
import {createRing} from "./ring.js";

const TICK = 250;
const SHORT = 5;
const CODE = /^[0-9]{6}$/;

const spaced = (digits) => `${digits.slice(0, 3)} ${digits.slice(3)}`;

/**
 * The code of now, with the time that it is still good for.
 * @param {object} words
 * @param {CryptoKey} seed
 * @returns {{node: Node, leave: () => void}}
 */
export function codePanel(words, seed) {
    const ring = createRing(words, true);
    const digits = h("p", {class: "code"});
    let step = null;

    async function draw() {
        const now = Date.now();
        const left = secondsLeft(now);
        ring.draw(Math.ceil(left), left / STEP, left <= SHORT);
        if (Math.floor(now / 1_000 / STEP) === step)
            return;
        step = Math.floor(now / 1_000 / STEP);
        digits.textContent = spaced(await codeAt(seed, now));
    }

    void draw();
    const timer = setInterval(draw, TICK);
    return {
        node: h("section", {class: "codes", "aria-labelledby": "codes-title"},
            h("h2", {id: "codes-title"}, words.t("codes.now")),
            h("div", {class: "head"}, digits, ring.node),
            h("p", {class: "soft"}, words.t("codes.now.text"))),
        leave: () => clearInterval(timer),
    };
}

function copyButton(words, secret) {
    const button = h("button", {type: "button", class: "quiet", onclick: async () => {
        await navigator.clipboard.writeText(secret);
        button.textContent = words.t("enrol.copied");
    }}, words.t("codes.copy"));
    return button;
}

/** Another authenticator: by its camera, by hand, or by a link on this device. */
function elsewhere(words, begun) {
    const t = words.t;
    return [
        h("div", {class: "qr-frame"}, qrPicture(begun.sQrCode, t("codes.qr"))),
        h("p", {}, t("codes.secret")),
        h("p", {class: "secret mono"}, begun.sSecret.match(/.{1,4}/g).join(" ")),
        h("div", {class: "pair"}, copyButton(words, begun.sSecret),
            h("a", {class: "button quiet", href: begun.sUri}, t("codes.link")))];
}

/**
 * @param {object} words
 * @param {object} state
 * @param {object} state.begun the server's: sSecret, sUri, sQrCode
 * @param {string} state.back where the overview is
 * @param {boolean} state.hasCodes others are replaced
 * @param {string|null} state.problem a result to be explained at once
 * @param {(code: string) => Promise<string|null>} state.confirm the result that hindered it, or null
 * @param {() => Promise<string|null>} state.here keeps them in this app and confirms by itself
 * @returns {import("./frame.js").Screen}
 */
export function setupView(words, {begun, back, hasCodes, problem, confirm, here}) {
    const t = words.t;
    const troubleHere = h("div", {}, problem === null ? null : problemOf(words, problem));
    const trouble = h("div", {id: "trouble"});
    const input = h("input", {id: "code", class: "number", type: "text", inputmode: "numeric", pattern: "[0-9]*", maxlength: 7,
        autocomplete: "one-time-code", enterkeyhint: "done", "aria-describedby": "code-why trouble"});
    const hereButton = h("button", {type: "button", class: "main", onclick: () => run(here, troubleHere)}, t("codes.here"));
    const button = h("button", {type: "submit", class: "quiet"}, t("codes.confirm"));
    input.addEventListener("input", () => input.removeAttribute("aria-invalid"));

    async function run(act, place) {
        hereButton.disabled = button.disabled = true;
        troubleHere.replaceChildren();
        trouble.replaceChildren();
        const result = await act();
        hereButton.disabled = button.disabled = false;
        if (result !== null) {
            place.replaceChildren(problemOf(words, worded(words, result)));
            place.scrollIntoView({block: "nearest"});
        }
        return result;
    }

    async function submit(event) {
        event.preventDefault();
        const digits = input.value.normalize("NFKC").replace(/[\s-]/g, "");
        if (await run(async () => CODE.test(digits) ? confirm(digits) : "CodeForm", trouble) !== null) {
            input.setAttribute("aria-invalid", "true");
            input.focus();
        }
    }

    return {
        title: t("codes.setup.heading"), corner: "back", back,
        body: h("section", {class: "setup"},
            h("h1", {}, t("codes.setup.heading")),
            h("p", {}, t("codes.setup.text")),
            hasCodes ? h("div", {class: "note"}, h("p", {}, t("codes.setup.replaces"))) : null,
            h("h2", {}, t("codes.here.heading")), h("p", {}, t("codes.here.text")), troubleHere, h("div", {class: "single"}, hereButton),
            h("h2", {}, t("codes.elsewhere")), h("p", {}, t("codes.elsewhere.text")), elsewhere(words, begun),
            h("form", {class: "ask", novalidate: true, onsubmit: submit},
                h("label", {for: "code"}, t("codes.first")), input, h("p", {id: "code-why", class: "soft"}, t("codes.first.why")), trouble,
                h("div", {class: "actions"}, button))),
    };
}
