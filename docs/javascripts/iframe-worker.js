// Browsers refuse workers on pages opened from the disk. The search then runs in a hidden frame of the same page.
if (location.protocol === "file:") {
  window.IFrameWorker = class extends EventTarget {
    constructor(address) {
      super();
      const waiting = [];
      let ready = false;
      const frame = document.createElement("iframe");
      frame.hidden = true;
      frame.title = "search";
      document.body.appendChild(frame);
      const inner = frame.contentWindow;
      const deliver = (data) => inner.dispatchEvent(new inner.MessageEvent("message", { data }));
      inner.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }));
      const script = frame.contentDocument.createElement("script");
      script.src = address;
      script.onload = () => {
        ready = true;
        waiting.splice(0).forEach(deliver);
      };
      this.postMessage = (data) => (ready ? deliver(data) : waiting.push(data));
      this.terminate = () => frame.remove();
      frame.contentDocument.body.appendChild(script);
    }
  };
  window.Worker = window.IFrameWorker;
}
