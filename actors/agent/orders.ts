/** Orders of the master that wait until what they count on is done, and are then carried out in the order of their coming. */
export class Orders {
  private readonly isReady: () => boolean;
  private readonly waiting: (() => void)[] = [];

  constructor(isReady: () => boolean) {
    this.isReady = isReady;
  }

  take(order: () => void): void {
    if (this.waiting.length === 0 && this.isReady()) order();
    else this.waiting.push(order);
  }

  /** What stood in the way may be out of it. */
  resume(): void {
    while (this.isReady()) {
      const order = this.waiting.shift();
      if (order === undefined) return;
      order();
    }
  }
}
