/** Weights of roles: how much more than others they get. */
import { MasterCallType } from '../../proto/index.ts';
import { toJson } from '../../proto/json.ts';
import { defineCommand } from '../command.ts';
import { numberText } from '../output/text.ts';
import { usageProblem } from '../problem.ts';

export const weights = defineCommand({
  name: 'weights',
  words: '[ROLE=WEIGHT…]',
  summary: 'Shows the weights of roles, or sets some',
  arity: { min: 0, max: 1000 },
  run: async (context, _, words) => {
    if (words.length > 0) {
      const weight_infos = words.map(weightOf);
      await context.master.perform({ type: MasterCallType.UPDATE_WEIGHTS, update_weights: { weight_infos } });
      context.say(`weights set: ${words.join(' ')}`);
      return undefined;
    }
    const answer = await context.master.call({ type: MasterCallType.GET_WEIGHTS });
    context.list(
      // Where no role has one, Mesos leaves the whole message out.
      answer.get_weights?.weight_infos ?? [],
      [
        { title: 'role', text: ({ role }) => role ?? '*' },
        { title: 'weight', align: 'right', text: ({ weight }) => numberText(weight) },
      ],
      (info) => toJson('mesos.v1.WeightInfo', info),
    );
    return undefined;
  },
});

function weightOf(word: string): { role: string; weight: number } {
  const [role = '', number = ''] = word.split('=');
  const weight = Number(number);
  if (role === '' || number === '' || !Number.isFinite(weight))
    throw usageProblem(`weights: expected ROLE=WEIGHT such as prod=2.5, got '${word}'`);
  return { role, weight };
}
