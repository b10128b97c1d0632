/** A worker thread that can be heard in the middle of a request, without going back to the event loop. */
import { MessageChannel, type MessagePort, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type Running, RunningPlace } from "../server/runningPlace.ts";
import { type FromThread, type HostReply, now, SIGNALS, type ThreadData, type ToThread } from "./bridge.ts";

export interface ChannelOptions {
  readonly script: string;
  /** Bounds the thread's heap. */
  readonly megabytes: number;
  heard(message: FromThread): void;
  /** The thread is gone, and nobody sent it away. */
  ended(error: Error): void;
}

export class Channel {
  readonly #options: ChannelOptions;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #signals = new Int32Array(
    new SharedArrayBuffer(Object.keys(SIGNALS).length * Int32Array.BYTES_PER_ELEMENT),
  );
  readonly #running = new RunningPlace();
  #closed = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#worker = new Worker(options.script, {
      workerData: { port: port2, signals: this.#signals, running: this.#running.memory } satisfies ThreadData,
      transferList: [port2],
      resourceLimits: { maxOldGenerationSizeMb: options.megabytes },
      // Flags of tsserver's own are not for it, and tsserver's output is its protocol.
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    this.#port.on("message", (message: FromThread) => {
      if (!this.#closed) options.heard(message);
    });
    const end = (error: Error): void => {
      if (this.#closed) return;
      this.close();
      options.ended(error);
    };
    this.#worker.on("error", end);
    this.#worker.on("exit", () => end(new Error("the analysis thread ended")));
    // tsserver ends when its editor does, whatever is analysed.
    this.#worker.unref();
    this.#port.unref();
  }

  tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  /** To the call that the thread waits on. */
  reply(reply: HostReply): void {
    this.#port.postMessage(reply);
    Atomics.add(this.#signals, SIGNALS.answered, 1);
    Atomics.notify(this.#signals, SIGNALS.answered);
  }

  cancel(question: number): void {
    Atomics.store(this.#signals, SIGNALS.cancelled, question);
  }

  /** The line of model code that ran last; undefined where none did since `forgetRunning`. */
  get running(): Running | undefined {
    return this.#running.read();
  }

  forgetRunning(): void {
    this.#running.clear();
  }

  /** Hears what the thread has said already, until that is enough. */
  catchUp(isEnough: () => boolean): void {
    while (!this.#closed && !isEnough()) {
      const received: { readonly message: FromThread } | undefined = receiveMessageOnPort(this.#port);
      if (!received) return;
      this.#options.heard(received.message);
    }
  }

  /** Hears what the thread says for so many milliseconds, or until that is enough. */
  listen(milliseconds: number, isEnough: () => boolean): void {
    const until = now() + milliseconds;
    for (;;) {
      const posted = Atomics.load(this.#signals, SIGNALS.posted);
      this.catchUp(() => isEnough() || now() >= until);
      const left = until - now();
      if (this.#closed || left <= 0 || isEnough()) return;
      // What was posted since the count was read ends the wait before it begins.
      Atomics.wait(this.#signals, SIGNALS.posted, posted, left);
    }
  }

  close(): void {
    this.#closed = true;
    this.#port.close();
    void this.#worker.terminate();
  }
}
