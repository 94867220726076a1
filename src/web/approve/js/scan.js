// SPDX-License-Identifier: Apache-2.0
// Reads a QR code with the camera, where the browser can read codes by itself. No picture is kept or sent.

/** Milliseconds between two looks: fast enough for a hand, slow enough for a battery. */
const PAUSE = 150;

/** Whether this browser reads QR codes and this address may ask for the camera. */
export async function canScan() {
    if (!("BarcodeDetector" in window) || !navigator.mediaDevices?.getUserMedia)
        return false;
    return (await BarcodeDetector.getSupportedFormats().catch(() => [])).includes("qr_code");
}

/**
 * @param {object} options
 * @param {(text: string) => boolean} options.take of each code that is seen; true: it was the wanted one
 * @param {() => void} options.fail the camera cannot be had
 */
export function createScan({take, fail}) {
    const detector = new BarcodeDetector({formats: ["qr_code"]});
    let stream = null;
    let timer;
    let isOver = false;

    function stop() {
        isOver = true;
        clearTimeout(timer);
        stream?.getTracks().forEach((track) => track.stop());
    }

    async function look(video, other) {
        // A frame that cannot be read, as before the first one, is followed by others.
        const codes = await detector.detect(video).catch(() => []);
        if (isOver)
            return;
        if (codes.some(({rawValue}) => take(rawValue)))
            stop();
        else
            timer = setTimeout(() => void look(video, other), PAUSE);
        if (!isOver && codes.length > 0)
            other();
    }

    return {
        stop,
        /** @param {HTMLVideoElement} video shows what the camera sees @param {() => void} other a code of another kind was seen */
        async start(video, other) {
            try {
                stream = await navigator.mediaDevices.getUserMedia({video: {facingMode: "environment"}, audio: false});
                if (isOver) {
                    stop();
                    return;
                }
                video.srcObject = stream;
                await video.play();
            } catch {
                if (!isOver) {
                    stop();
                    fail();
                }
                return;
            }
            await look(video, other);
        },
    };
}
