// The manifest that is typed for a lab: what of it the server has, and what is still to be sent.

const PAUSE = 1000; // milliseconds without a key, after which it is sent

export class Draft {
  private kept: string;
  private sending = false;
  private waiting = 0;

  /** send: hands it to the server, and says whether it was taken. text: what the server has now. */
  constructor(private send: (text: string) => Promise<boolean>, private text: string) {
    this.kept = text;
  }

  type(text: string): void {
    this.text = text;
    window.clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => void this.keep(), PAUSE);
  }

  /** Send it, unless the server has it. One at a time: an older one must not come last. */
  async keep(): Promise<void> {
    window.clearTimeout(this.waiting);
    if (this.sending || this.text === this.kept) {
      return;
    }
    const { text } = this;
    this.sending = true;
    const taken = await this.send(text);
    this.sending = false;
    if (taken) {
      this.kept = text;
      await this.keep(); // what was typed meanwhile
    }
  }

  /** Its place on the page goes: nothing is waited for any more. */
  leave(): void {
    window.clearTimeout(this.waiting);
    if (this.text !== this.kept) {
      void this.send(this.text);
    }
  }

  /** The server has this one, of another tab perhaps. Whether it is another one, and takes the place of what nobody changed here. */
  follows(manifest: string): boolean {
    if (this.sending || this.text !== this.kept || manifest === this.kept) {
      return false;
    }
    this.kept = this.text = manifest;
    return true;
  }
}
