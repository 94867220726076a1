// SPDX-License-Identifier: Apache-2.0
// A sign-in that waits for an answer. All that is signed is on this screen or bound to it; nothing of it changes while it is
// shown, but the time and the tries left.
import {h} from "../dom.js";
import {createCountdown} from "../time.js";
import {facts, problem, worded} from "./frame.js";
import {createRing} from "./ring.js";

/** Digits of the number, if the server does not say how many. */
const DIGITS = 6;
const TICK = 250;
const SHORT = 10;
/** Seconds left at which the time is said aloud. */
const SAID = [30, 10];

/** The time left of a challenge, shown and, near its end, said. */
function timeLeft(words, say) {
    const countdown = createCountdown();
    const ring = createRing(words);
    return {
        node: ring.node, countdown,
        /** @returns {boolean} whether the time is over */
        draw() {
            const left = countdown.seconds();
            const isFirst = ring.seconds() === null;
            if (ring.draw(left, countdown.share(), left <= SHORT) && !isFirst && SAID.includes(left))
                say(words.t("time.left", {n: left}));
            return left === 0;
        },
    };
}

/** The field for the number that the console shows, or none. */
function numberField(words, isRequired, digits) {
    if (!isRequired)
        return {node: null, focus: undefined, take: () => "", reject() {}};
    const input = h("input", {id: "number", class: "number", type: "text", inputmode: "numeric", pattern: "[0-9]*",
        autocomplete: "off", maxlength: digits + 1, enterkeyhint: "done",
        // It has the focus at once: what it is about is said with it.
        "aria-describedby": "asked about number-why trouble"});
    input.addEventListener("input", () => input.removeAttribute("aria-invalid"));
    return {
        node: h("div", {class: "ask"}, h("label", {for: "number"}, words.t("number.label")), input,
            h("p", {id: "number-why", class: "soft"}, words.t("number.why", {n: digits}))),
        focus: () => input,
        /** The digits, or null. Digits of full width are digits too; the blank that consoles show is none. */
        take() {
            const typed = input.value.normalize("NFKC").replace(/[\s-]/g, "");
            return typed.length === digits && /^[0-9]+$/.test(typed) ? typed : null;
        },
        reject(isWrong) {
            input.setAttribute("aria-invalid", "true");
            if (isWrong)
                input.value = "";
            input.focus();
        },
    };
}

/** The address, and what the account's own past says of it. */
function from(words, challenge) {
    const seen = new Date(challenge.sPlaceSeen ?? "");
    if (challenge.sPlace === "new")
        return [challenge.sSource, h("span", {class: "place new"}, words.t("place.new"))];
    if (challenge.sPlace === "known" && !Number.isNaN(seen.getTime()))
        return [challenge.sSource, h("span", {class: "place"}, words.t("place.known", {when: words.since(seen)}))];
    return challenge.sSource;
}

function details(words, challenge, age) {
    const t = words.t;
    const when = h("time", {datetime: challenge.sCreated});
    const draw = () => {
        when.textContent = t("fact.when.value", {time: words.time(new Date(challenge.sCreated)), ago: words.ago(age())});
    };
    const node = facts([
        [t("fact.company"), challenge.sCompany], [t("fact.account"), challenge.sAccount],
        [t("fact.console"), challenge.sConsole || t("fact.console.none")], [t("fact.source"), from(words, challenge)],
        [t("fact.when"), when]]);
    node.id = "about";
    return {node, draw};
}

/** Words of a purpose; of one that this app does not know, none: it must not pass for another. */
function purposeOf(words, challenge) {
    const key = `purpose.${challenge.sPurpose}`;
    return words.has(`${key}.title`) ? key : null;
}

/**
 * @param {object} words
 * @param {object} state
 * @param {object} state.challenge frozen; what is shown and signed
 * @param {boolean} state.hasMore others wait behind it
 * @param {(text: string) => void} state.say
 * @param {() => Promise<boolean>} state.confirmReport
 * @param {(decision: string, number: string) => Promise<{result: string, tries?: number}|null>} state.decide what hindered it, or null
 *   when another screen is shown
 * @param {() => void} state.over the time is over
 * @returns {import("./frame.js").Screen & {refresh: (challenge: object) => void, isBusy: () => boolean}}
 */
export function challengeView(words, {challenge, hasMore, say, confirmReport, decide, over}) {
    const t = words.t;
    const purpose = purposeOf(words, challenge);
    const time = timeLeft(words, say);
    const about = details(words, challenge, () => time.countdown.age());
    const digits = challenge.iNumberDigits ?? DIGITS;
    const number = numberField(words, purpose !== null && challenge.bNumberRequired, digits);
    const trouble = h("div", {id: "trouble"});
    const approve = h("button", {type: "submit", class: "main"}, t("answer.approve"));
    const reject = h("button", {type: "button", class: "quiet", onclick: () => act("reject")}, t("answer.reject"));
    const report = h("button", {type: "button", class: "quiet warn", onclick: askReport}, t("answer.not-me"));
    const buttons = [approve, reject, report];
    let isBusy = false;
    let isOver = false;

    function complain(result, values, isWrong = false) {
        trouble.replaceChildren(problem(words, result, values));
        if (result === "WrongNumber" || result === "NumberRequired")
            number.reject(isWrong);
        trouble.scrollIntoView({block: "nearest"});
    }

    async function act(decision) {
        const typed = decision === "approve" ? number.take() : "";
        if (isBusy)
            return;
        if (typed === null) {
            complain("NumberRequired", {n: digits});
            return;
        }
        isBusy = true;
        buttons.forEach((button) => button.setAttribute("aria-disabled", "true"));
        trouble.replaceChildren();
        const hindrance = await decide(decision, typed);
        isBusy = false;
        buttons.forEach((button) => button.removeAttribute("aria-disabled"));
        if (hindrance !== null)
            complain(worded(words, hindrance.result), {n: hindrance.tries ?? digits}, true);
    }

    async function askReport() {
        if (!isBusy && await confirmReport())
            await act("not-me");
    }

    function submit(event) {
        event.preventDefault();
        void act("approve");
    }

    function tick() {
        about.draw();
        if (time.draw() && !isBusy && !isOver) {
            isOver = true;
            over();
        }
    }

    time.countdown.set(challenge);
    time.draw();
    about.draw();
    const timer = setInterval(tick, TICK);
    const title = purpose === null ? t("purpose.unknown.title") : t(`${purpose}.title`);
    return {
        title,
        body: h("section", {class: "challenge"},
            h("div", {class: "head"}, time.node,
                h("div", {}, h("h1", {id: "asked"}, title),
                    h("p", {class: "soft"}, purpose === null ? challenge.sPurpose : t(`${purpose}.text`)))),
            about.node,
            hasMore ? h("p", {class: "more soft"}, t("answer.more")) : null,
            h("form", {novalidate: true, onsubmit: submit},
                number.node, trouble,
                h("div", {class: "press"}, purpose === null ? null : approve),
                h("div", {class: "pair"}, reject, report))),
        focus: number.focus,
        leave: () => clearInterval(timer),
        refresh(now) {
            isOver = false;
            time.countdown.set(now);
        },
        isBusy: () => isBusy,
    };
}
