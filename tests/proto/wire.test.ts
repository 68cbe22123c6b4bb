// Our .proto files against the facts of Mesos' wire: every message, field, default, oneof and enum number.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type Implementation } from 'ava';
import protobuf from 'protobufjs';
import { parseProtos } from '../../scripts/generate-proto.ts';
import { protoDirectory, repositoryRoot } from './repository.ts';

const wireDirectory = path.join(repositoryRoot, '../shared/spec/wire');
/** The facts stand beside the repository where it is developed; a copy of the repository alone has nothing to compare. */
const factsAtHand = existsSync(wireDirectory);
const compare = (title: string, run: Implementation<[]>): void => {
  test(title, factsAtHand ? run : (t) => t.pass());
};

function wireRoot(): protobuf.Root {
  const read = (name: string) => JSON.parse(readFileSync(path.join(wireDirectory, name), 'utf8'));
  const index: { files: { file: string }[] } = read('index.json');
  const root = new protobuf.Root();
  for (const { file } of index.files) root.addJSON(read(file).nested);
  root.resolveAll();
  return root;
}

function declared(root: protobuf.NamespaceBase): (protobuf.Type | protobuf.Enum)[] {
  return root.nestedArray.flatMap((object) => {
    if (object instanceof protobuf.Enum) return [object];
    const inner = object instanceof protobuf.Namespace ? declared(object) : [];
    return object instanceof protobuf.Type ? [object, ...inner] : inner;
  });
}

/** What two dialects of a descriptor must agree on, in order of declaration. */
function facts(object: protobuf.Type | protobuf.Enum): object {
  if (object instanceof protobuf.Enum)
    return { values: Object.entries(object.values), deprecated: object.valuesOptions ?? {} };
  return {
    fields: object.fieldsArray.map((field) => ({
      name: field.name,
      id: field.id,
      rule: field.required ? 'required' : field.repeated ? 'repeated' : 'optional',
      type: field.resolvedType?.fullName ?? field.type,
      key: field instanceof protobuf.MapField ? field.keyType : null,
      default: field.options?.default ?? null,
      deprecated: field.options?.deprecated ?? false,
      packed: field.packed,
    })),
    oneofs: object.oneofsArray.map((oneof) => [oneof.name, oneof.oneof]),
  };
}

compare('the .proto files state the facts of the wire, no more and no fewer', (t) => {
  const theirs = new Map(declared(wireRoot()).map((object) => [object.fullName, object]));
  const ours = new Map(declared(parseProtos(protoDirectory)).map((object) => [object.fullName, object]));
  t.deepEqual([...ours.keys()].sort(), [...theirs.keys()].sort());
  let messages = 0;
  let fields = 0;
  for (const [name, theirObject] of theirs) {
    const ourObject = ours.get(name);
    if (ourObject === undefined) continue;
    t.deepEqual(facts(ourObject), facts(theirObject), name);
    if (!(theirObject instanceof protobuf.Type)) continue;
    messages += 1;
    fields += theirObject.fieldsArray.length;
  }
  t.true(messages > 500, `only ${messages} messages were compared`);
  t.true(fields > 2500, `only ${fields} fields were compared`);
});

test('a changed field number would be noticed', (t) => {
  const parse = (id: number) => {
    const source = `syntax = "proto2"; message A { optional string a = ${id}; }`;
    return protobuf.parse(source, new protobuf.Root(), { keepCase: true }).root.lookupType('A');
  };
  t.notDeepEqual(facts(parse(1)), facts(parse(2)));
});
