/**
 * What an earlier release left in its folders, byte for byte: these files are not to be written anew when a format changes, but read.
 * A master with one agent (`agent-1`), weight, quota and a maintenance schedule; a master with an agent and a Marathon, with the app `/g/web` and the pod `/pod`
 * that run there.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { gunzipSync } from 'node:zlib';

const REGISTRY = [
  'H4sIAAAAAAACA/MN9gry8zEwnM3AwOCZ+MeeEUhPB+KJk9bmJhaXpBbp56QmpqQWHWnlamLkUkmxNDU3MjFI07VISbbQNTG3tNBN',
  'Mk820bUwTkpNNDe2NEtMTBL439DAITHtJKOSGMQIB0Mjcz0DIDS0MjI1NzXQ4oQLGLEZAgk9AyspLoSgEIIJMsaLiQOEmYCYWQXo',
  'tN0WoTOZgLQC2Jmry1Mz0zNKivXLU5OOCHDxcTKAAY+DEDNQpADIjJ988BwzkM4B4kmTNhaW5pckxifn56Vlphfrp6SWHdHmYgZS',
  'QoJcLMkFpcVCnFAjPthLoQsxOEzam5uZl5lbmhufnFiQmJSZk1mSmVqsHxjqH+IYH2Z0hIuLA8auA6ovydg3gQVIV4Ht3p6bmJyR',
  'mQdUn1+SAQxaQwM9SxA8osqlzCXIxQoWFeKACQswSfEAzWto+NH5/m/neqlJm4qTM1JTSnOABsBYR5S5FLFoFULReANou45f6T9W',
  'IH0FHGo39YpzEsuA5hATobrBBkcWcM1l5GJPTE/NK9E1lBKGhIsAgxQiZKSEuJhzU3ORxBocQApTMouzUQVFuVgL8otKigUYlYCu',
  '5JjxiVGg4RejFh8XS1FicrYAsxYLF1ORoZEmlzqRrnOYfpIRAG5CKOHJAgAA',
];

const MARATHONS_REGISTRY = [
  'H4sIAAAAAAACA/MN9gry8zEwnM3AwBAivXY/I5CeDsQTJ63NTSwuSS3Sz0lNTEktOtLK1cTIpWKSYpmYmpxqqWthbmSua2KcZqCb',
  'aGhkqWtoaJBmZmZgnGqQmCTwv6GBQ2LVSUYlMYgRDoZG5noGQGhoZWRqbm6gxQkXMGIzBBJ6BlZSXAhBIQQTZIwXEwcIMwEx8w2g',
  '06I3n+phAtJXwM68qVeck1iWWqxPjNN0gw2OLOCay8jFnpiemleiayglzMWSXFBaLMAgxcnJAAEOUkJczLmpuUhiDQ4ghSmZxdmo',
  'gqJcrAX5RSXFAoxKXFwcHDM+MQo0/GLU4uNiKUpMzhZg1mLhYioyNNLkUifSdQ6rTzICAHokfmCTAQAA',
];

const MARATHON = [
  'H4sIAAAAAAACA+1bzY/cRBY3CSRI5ICEuCNLe0FdPS5/e6SVMiQQZjcZ0PRwgMkQylXP3WbctvHHhChqrVbaFWfOiAMH7ly4cYR/',
  'gQMSB/4R4JXb3dM9Pd1xZpuktePMIXbVq3of9fu9es+audf7x/7eXY3mryjKm19+8u8XFEW5cVVRDtUcspOQw9ZWf+sh+GrnsRoK',
  'dVudvKp8KF/zCCB9g2r4D8cgPlG3H486ahjnBYs55Oq2jqJpiQ9al3bUIQzVbQPHRJgf41hH7Y8ncfHnwMsiyXBXuX2CW2QsjAuc',
  'PTzqqFkSAU69iXMBFHxQj8JnZZjB+0km5QIW5dBRfcaPkyDoAW4icJhOh95hvNJAu9RCY9jnd1kZ88FtiNijqbihoTUCUogFxDyE',
  '2oAceAZSi3QwYj5E8lllaJSv4lAMxcMkO5bSj9VhIqS1gyQv1BEuTtHA2xCEcViE6FklI8fQFJdaJgpkSZHwJMJFBU/RyZgN5Q4C',
  'AlZGhTqjciQ3HACLisGtAfDjSYCAiTCGPJ8dLNN+xgT0MJQF9B9Jg4doxLAcvjvegKWMh8UjeTzjiMi5904gm53R0b0yRgV8wPxo',
  'brcwxpCGJ7ATFJBNQ1gdZ1rG/bPjuNFxGEU9iIDLSKCHH773wd6dt3sHD97Z3e8doKOoPB9P6ZpuE0qJTg+ovW2625bedQ37o1Oh',
  '3ThIpBkRy4seZ1EY93eK1Sul6K0kDsL+rQGTFq6Ux2D/reJDrbDmw83lClqitES5nET5WJFE6WdJmSJNZpigngeTcJhGIaBAkZXQ',
  'yJnR0ReVBl6Zs7WKgo1CU19xFTpruq7S3hm7ViNr90VpCroVJY+GEBdbnjB9XfMMYgtPI6bPA+I6QifUZtzRAlNwUV2jacTiChAy',
  'Ns0WNXSnAGnc4WHlvvSlV7BMMmI+IaWJqDMA8mNGGFEBK4Xx0JIs7COSo9mQxWUUYXBQVx+K2Yk2E7aZ8FJmwhHanLIyBzEFWAao',
  'fgZwnMUsq4AiD+c25rWvDv9+/wr+f7PKcUGGhynBMU2jpvAYcPAwQegOMY1AI4zqHpqgBbatGaAxn1SsGh0NsZzf0376BSsXpTtf',
  'zktCTzNz9TIDkznOzDCSnsOudVDmiQfbHIx0CRTpOoG4SHGcLDAoCK2KoDUFuSpPPE/KrL5emuSz0TihVeLJcMhiIR/zAUTRmbQp',
  '8YV2pMnpaWAeDbMkljfR+CBPkqgcwr2knIrgXRAG6HH9Op8cxuL11Mq8tKBpLstNUvJ+M++p9HoVe42ubekXYu90ZUP21vIYjTvz',
  'BT+S5Oby7VsqtVRqqbSMSv9dXbCfkqiR4XMFe1WZrlA+X67zs+W66VqOC3hlisAxiakzRlzD5yRwLN01LNv3zinXmy1q6MwTyvVx',
  'Qqm8lB3Silp9QfJsoV5NLZbp1XCbv9r81eavJfnrqQv54rqiDL7943XMNsqnV2TKmVBHEqw7eSGOFximawvicsciJnNt4pueSTST',
  'u+DSAFBgWltcYOUkVZ4yu1FkeRWb1TJhzFkWszFN8RjjcuhDVqF3JmOgtYV8xib1JJSKQRohkVM33hJcBctrZF3Mzy5XZ2hXk22i',
  '+WCn988HvYOdO7t7d6TZ6Y4QSMR8jOwFoONUKCog1wf7MExnjj1Ht+GezG2OZ+mO5xiWZRkdeT3IKGNT38fFu40btZ5Wh6NOE9Vy',
  'QnGQFUUW+mUx5kuGeRSnM1oxHX3rg9gpzhqij47+NY+2/oOH4J9GMxAOE67mkIAHATEdyyVMs3xCPQHU1Vzdt8wp3i60dhZxkw8+',
  'jdryFZibyqwLcwaeg7EIvAs43H3A0rRLz+BPDj5TCHruhkDQ054EQceyrUD3NKIJj2JUDSC+LXTiBgYLdDAEFlLLINhs7XOBIH16',
  'CNr0iRBs4vCmQNDbFAh6o6P/vKIo3//w86sv4f37a5sRJyjIZWeB9dFmpMP9g/PA+Pj0HWWp7nQ1/JFbznzo3n3/xKxKz6maCmwO',
  'C2xuC04s0wSC0NOJ52KxwDXXB5u73KdC/d/BbuumtkH5tgV4C/BLDPBLVVAsB/jzqCbWD3DfBz8wkHQWddBEk+rED1yGT8IxKTOY',
  'Tu21ANyiG1SutABvAf5/DfC3sBAPv/t96xrW41+338OWwvxZfQw7H9cLYDVs7gjdMQhF5hDTNSjxPG4RXTMsJkxOQfjrAKvhbtIn',
  'tBagLUA3GqD3byjKlR93O9cxm752tW3+auxkZRxvRu+3/8He3nNp/Tpj3i7gxrZMfQ00wF02pi1c7WpLi5YWLS2ekhaXqtFcSotn',
  '3mf+FbRo1GauwIqxFloYG9OCrna1pUVLi5YWC65m1xTltxt3v3kZ+wxDucjfOR393vbSyzj1TFrpv4JEjZru5ciyrXWQyLY2piFf',
  '7WrLgJYBl5sBC1dHo1+fP/oToxcXIJRCAAA=',
];

function unpack(path: string, packed: readonly string[]): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, gunzipSync(Buffer.from(packed.join(''), 'base64')));
}

/** @param workDir of the master with weight, quota and schedule */
export const olderMaster = (workDir: string): void =>
  unpack(`${workDir}/registry/registry.journal`, REGISTRY);

/** @param master work_dir of the master, which knows but the agent @param marathon work_dir of the Marathon */
export function olderMarathon(master: string, marathon: string): void {
  unpack(`${master}/registry/registry.journal`, MARATHONS_REGISTRY);
  unpack(`${marathon}/marathon.journal`, MARATHON);
}
