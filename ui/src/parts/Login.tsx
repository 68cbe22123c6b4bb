/** Asks who it is, when the node wants to know, or no longer believes what it was told. */

import { useState } from 'preact/hooks';
import { needsLogin } from '../data/live.ts';
import { logIn } from '../data/session.ts';
import { t } from '../language.ts';
import { Problem } from './bits.tsx';

/** @param path of the node, to try name and password with */
export function Login({ path }: { readonly path: string }) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const [problem, setProblem] = useState('');
  const [isBusy, setBusy] = useState(false);
  if (!needsLogin.value) return null;
  const submit = async () => {
    setBusy(true);
    try {
      await logIn(path, name, password);
      setProblem('');
    } catch (error) {
      setProblem((error as Error).message);
    } finally {
      setPassword('');
      setBusy(false);
    }
  };
  return (
    <section class="card login" aria-labelledby="login-title">
      <h2 id="login-title">{t('Log in')}</h2>
      <p role="alert">
        {t('This node wants to know who asks: nobody is logged in, or the login has expired.')}
      </p>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <label>
          {t('Name')}{' '}
          <input
            required
            autoComplete="username"
            value={name}
            onInput={(event) => setName(event.currentTarget.value)}
          />
        </label>
        <label>
          {t('Password')}{' '}
          <input
            required
            type="password"
            autoComplete="current-password"
            value={password}
            onInput={(event) => setPassword(event.currentTarget.value)}
          />
        </label>
        <button type="submit" class="primary" disabled={isBusy}>
          {t(isBusy ? 'Asking …' : 'Log in')}
        </button>
      </form>
      <Problem text={problem} />
    </section>
  );
}
