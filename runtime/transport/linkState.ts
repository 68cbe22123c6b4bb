export type LinkPhase = 'connecting' | 'handshaking' | 'open' | 'closed';
export class LinkState {
  phase: LinkPhase;
  constructor(dialled: boolean) {
    this.phase = dialled ? 'connecting' : 'handshaking';
  }
  step(event: 'connected' | 'greeted' | 'broken'): void {
    this.phase = event === 'connected' ? 'handshaking' : event === 'greeted' ? 'open' : 'closed';
  }
}
