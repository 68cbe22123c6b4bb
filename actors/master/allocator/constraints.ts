/**
 * Offer constraints: by role, on which agents a framework wants offers at all, by their attributes. Groups are
 * alternatives; inside a group every constraint must hold. A role without constraints is not constrained.
 */

import type {
  SchedulerAttributeConstraint,
  SchedulerAttributeConstraintPredicate,
  SchedulerAttributeConstraintSelector,
  SchedulerOfferConstraints,
} from '../../../proto/generated/types/scheduler.ts';
import { SchedulerAttributeConstraintSelectorPseudoattributeType as Pseudo } from '../../../proto/generated/types/scheduler.ts';
import { ValueType } from '../../../proto/generated/types/v1.ts';
import { DEFAULT_PROGRAM_SIZE_MAX, FullMatch } from '../../../runtime/regex/fullMatch.ts';
import { RegexError } from '../../../runtime/regex/syntax.ts';
import type { AgentDescription } from './agent.ts';

/** Offer constraints that cannot be used; the message names role, group and constraint. */
export class OfferConstraintError extends Error {
  override name = 'OfferConstraintError';
}

type Predicate = (agent: AgentDescription) => boolean;

/** The text of an attribute; `other` when it has another type, undefined when it is missing. */
type Selected = { readonly text: string } | 'other' | undefined;

/** Compiled constraints of one framework. */
export class OfferConstraintFilter {
  private readonly byRole: ReadonlyMap<string, Predicate>;

  private constructor(byRole: ReadonlyMap<string, Predicate>) {
    this.byRole = byRole;
  }

  /**
   * @param regexSizeMax the largest program of a regular expression
   * @throws OfferConstraintError
   */
  static of(
    constraints: SchedulerOfferConstraints,
    regexSizeMax = DEFAULT_PROGRAM_SIZE_MAX,
  ): OfferConstraintFilter {
    const byRole = new Map<string, Predicate>();
    for (const [role, { groups = [] }] of Object.entries(constraints.role_constraints ?? {})) {
      const where = `offer constraints of role "${role}"`;
      if (groups.length === 0) throw new OfferConstraintError(`${where}: expected at least one group`);
      const predicates = groups.map((group, i) =>
        compileGroup(group.attribute_constraints ?? [], `${where}, group ${i}`, regexSizeMax),
      );
      byRole.set(
        role,
        remembering((agent) => predicates.some((predicate) => predicate(agent))),
      );
    }
    return new OfferConstraintFilter(byRole);
  }

  /** Whether the agent may be offered to the framework in that role. */
  accepts(role: string, agent: AgentDescription): boolean {
    return this.byRole.get(role)?.(agent) ?? true;
  }
}

/** Descriptions of agents do not change, so an answer stays true. */
function remembering(predicate: Predicate): Predicate {
  const known = new WeakMap<AgentDescription, boolean>();
  return (agent) => {
    let answer = known.get(agent);
    if (answer === undefined) {
      answer = predicate(agent);
      known.set(agent, answer);
    }
    return answer;
  };
}

function compileGroup(
  constraints: readonly SchedulerAttributeConstraint[],
  where: string,
  regexSizeMax: number,
): Predicate {
  if (constraints.length === 0) throw new OfferConstraintError(`${where}: expected at least one constraint`);
  const predicates = constraints.map((constraint, i) => {
    const place = `${where}, constraint ${i}`;
    const select = compileSelector(constraint.selector, place);
    const holds = compilePredicate(constraint.predicate, place, regexSizeMax);
    return (agent: AgentDescription): boolean => holds(select(agent));
  });
  return (agent) => predicates.every((predicate) => predicate(agent));
}

function compileSelector(
  selector: SchedulerAttributeConstraintSelector,
  where: string,
): (agent: AgentDescription) => Selected {
  const { attribute_name: name, pseudoattribute_type: pseudo } = selector;
  if (name !== undefined) return (agent) => selectAttribute(agent, name);
  switch (pseudo) {
    case Pseudo.HOSTNAME:
      return (agent) => ({ text: agent.hostname });
    case Pseudo.REGION:
      return (agent) => textOf(agent.domain?.fault_domain?.region.name);
    case Pseudo.ZONE:
      return (agent) => textOf(agent.domain?.fault_domain?.zone.name);
    default:
      throw new OfferConstraintError(
        `${where}: expected an attribute name, HOSTNAME, REGION or ZONE as selector`,
      );
  }
}

function textOf(text: string | undefined): Selected {
  return text === undefined ? undefined : { text };
}

/** The first attribute of that name. */
function selectAttribute(agent: AgentDescription, name: string): Selected {
  const attribute = agent.attributes?.find((candidate) => candidate.name === name);
  if (attribute === undefined) return undefined;
  return attribute.type === ValueType.TEXT ? { text: attribute.text?.value ?? '' } : 'other';
}

function compilePredicate(
  predicate: SchedulerAttributeConstraintPredicate,
  where: string,
  regexSizeMax: number,
): (selected: Selected) => boolean {
  const { exists, not_exists, text_equals, text_not_equals, text_matches, text_not_matches } = predicate;
  if (exists !== undefined) return (selected) => selected !== undefined;
  if (not_exists !== undefined) return (selected) => selected === undefined;
  if (text_equals !== undefined) return onText((text) => text === text_equals.value);
  if (text_not_equals !== undefined) return notOnText((text) => text === text_not_equals.value);
  if (text_matches !== undefined) {
    const regex = compileRegex(text_matches.regex, where, regexSizeMax);
    return onText((text) => regex.matches(text));
  }
  if (text_not_matches !== undefined) {
    const regex = compileRegex(text_not_matches.regex, where, regexSizeMax);
    return notOnText((text) => regex.matches(text));
  }
  throw new OfferConstraintError(`${where}: expected a predicate`);
}

/** A missing attribute fails; one that is not text passes. */
function onText(test: (text: string) => boolean): (selected: Selected) => boolean {
  return (selected) => selected !== undefined && (selected === 'other' || test(selected.text));
}

/** A missing attribute passes, and so does one that is not text. */
function notOnText(test: (text: string) => boolean): (selected: Selected) => boolean {
  return (selected) => selected === undefined || selected === 'other' || !test(selected.text);
}

function compileRegex(pattern: string, where: string, sizeMax: number): FullMatch {
  try {
    return new FullMatch(pattern, { sizeMax });
  } catch (error) {
    if (error instanceof RegexError) throw new OfferConstraintError(`${where}: ${error.message}`);
    throw error;
  }
}
