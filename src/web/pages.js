// SPDX-License-Identifier: Apache-2.0
// A copy button beside each sample; without this script the samples are what they are. The button holds no text, so that the
// text of a page stays that of its contract.
'use strict';

function copyButton(sample) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'copy';
    button.setAttribute('aria-label', 'Copy');
    button.title = 'Copy';
    button.addEventListener('click', async () => {
        await navigator.clipboard.writeText(sample.textContent);
        button.classList.add('done');
        setTimeout(() => button.classList.remove('done'), 1500);
    });
    return button;
}

// The clipboard is there in secure contexts only: HTTPS, or loopback.
if (navigator.clipboard) {
    for (const sample of document.querySelectorAll('pre')) {
        const frame = document.createElement('div');
        frame.className = 'sample';
        sample.replaceWith(frame);
        frame.append(sample, copyButton(sample));
    }
}
