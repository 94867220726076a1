// SPDX-License-Identifier: Apache-2.0
// Time that is left, as a ring that shrinks around its seconds.
import {h, s} from "../dom.js";

/** @param {object} words @param {boolean} [isSmall] too small for the seconds' unit, which else stands below them */
export function createRing(words, isSmall = false) {
    const seconds = new Intl.NumberFormat(words.locale, {style: "unit", unit: "second", unitDisplay: "narrow"});
    const arc = s("circle", {cx: 50, cy: 50, r: 45, pathLength: 100, "stroke-dasharray": 100, class: "arc"});
    const text = h("span", {"aria-hidden": "true"});
    const node = h("div", {class: "ring", role: "timer"},
        s("svg", {viewBox: "0 0 100 100", "aria-hidden": "true", focusable: "false"},
            s("circle", {cx: 50, cy: 50, r: 45, class: "track"}), arc), text);
    let last = null;

    return {
        node,
        /** The seconds that it shows; null before the first. */
        seconds: () => last,
        /**
         * @param {number} left whole seconds @param {number} share from 1 (all) to 0 (over) @param {boolean} isShort
         * @returns {boolean} whether the seconds are others than before
         */
        draw(left, share, isShort) {
            arc.setAttribute("stroke-dashoffset", String(100 - 100 * share));
            if (left === last)
                return false;
            last = left;
            const parts = seconds.formatToParts(left);
            const textOf = (...types) => parts.filter(({type}) => types.includes(type)).map(({value}) => value).join("");
            text.replaceChildren(textOf("integer"), isSmall ? "" : h("small", {}, textOf("unit")));
            node.setAttribute("aria-label", words.t("time.left", {n: left}));
            node.classList.toggle("short", isShort);
            return true;
        },
    };
}
