/**
 * What earlier releases left in etcd, byte for byte, as keys and values in base64: not to be written anew when a format changes, but read. Below `/mesostate` the registry of
 * a master with one agent (`vm`), another one that is gone, weight, quota and a maintenance schedule; below `/marathon` a Marathon with the app `/g/web` and the pod `/pod` that run.
 */
import { gunzipSync } from 'node:zlib';
import type { EtcdCluster } from '../../support/etcd.ts';

export const GONE = '3e7a84d0-8fa0-4adc-a881-18505dc78794-S1';

const ENTRIES = [
  'H4sIACPuAWsC/+1aWZPaRhf9L379UhUt4FgPfhBIaKShG0tooTuVByTZoA2IWYT067/TDbMldnlmklQlVeMql0Etqe9y7rnnNv7113dTTa0zze',
  'hzZ6LwudHxJN9letB9nht1ugm6ZRL3Uy0/pU10Ilqks3ClcMs8zBy+JmNFYUlQThN7MLPsAwlXKrHiivXZgPaVMo3J+d1P78ZFdev1tKaaPaCO',
  '307DdcNC80CdScU6dT2zVudpiLXQVLlD9JmVDelYDUng3o7d8QflUERf2UZ1zI8f3/3203NtVtdMW+/SRnw2lKUTd9PebqdldZzNB0NpF7m1/e',
  '0k1YMtX7jzsfWwbJvu0jK3Yn9T8fRd/7U0Xrw/rtVZYex5MqmwwUex59YdjQu/52EOv4MKIRzwBvuGwRq+HxDeAZkr55kVtRShpf1Kn4W+//Ng',
  'bI5H5QeltYtJc311ZZ5JmR3JeAC77ff4fCa9+/s4tDvaiWvmkYSuQ+aDMykG7WwNfx6vBa6HdV1+Hg/Ozqc+NKPteGxObs3Vajxfua7ZvsxnxL',
  's+5In6hWmTliXeLnVqRa6pkzhUg9FCZZ2Iw2odxJER+bGRkNVL9tAnKhK2XmgUmOQ7rpMTd2JNvpMizGyOnNpMH6nZ2fXGvnn588n82VnbtyOH',
  'tvmCzMd+dV2w2k8v8lGnJbBU5cm5zjqjB8ZqfhPvuf9R5rewv4+pVXs7XhXmio7z99n7wc/B6kX77tmCY88PLwXPIepNadtuNRqvPC0NtuF4FZ',
  'TZTdzbprl8iIW58kfbOeJ44Inim6PtQ/ymI9NZE8Qv2GXa/sma7xpYi25Hi9Ep2wR4p12MV1t37JWdGYzN/63s363V1s6aSbk8m9btyr81Ny4w',
  '+UpesC0DdfCS2OX1Msm3+Q055VpcSKwMvDunLducm7iFPQOHGl94/TIxjnjH585rUt07sIVfzEp7726Qng3dpdoA3zN8z7vlQlCA+94tUasWUa',
  'hG9Gnod1SLDtTy1rRQhjxxtWk4KllY6TShSJvdkrGL50d12gQoqQzvGxl3tq0RSPCZcXzyWfdqrtV9fuMNp1p8xL87viAn4HOdNnk97d2WlAwc',
  'DZ4uJxEJq/ckZO+JZR9JGbXJSuIXPt276JbbgpRmBxvPgFVHYv88C7dnWm5bcEpHw9HSLdoi0+Iub+oS2xWzzb6YapkM87Oe3yh7t8m7VI/brH',
  'Pff9bVf9LPqn+Fn7OQfttPfXTiY5HbH2xZeMZ07G2yxlCzG/HswfjiP2DtRX7yjbdOk1gH8L5e/NhJGxqiEItXJBxVqJkeNYU6srvZXC1oKPCV',
  'DYkFO3tftPAe1NESy2wR/1faoXunfGGekOyPj+0ojI2IFSi55cmwwt9SlKBb7tLFvC2WidqiJdTiXrxK5biWN3GXafUpLX4US8AUsXyVvctkKO',
  'r5yLToxFVDR9EdH1078JIoCMz5QkC0AhhQrEE9hd6hmnugSQRezRsKoPDSa57EPv8i8D5t6iNoAjCk9TRhPeI/IImk55JbDPWeV3yuDPBvMQ3j',
  'GnJJ5yVrScM6Xoh6p+APvoM5xaxwT7yTZhbAzotrkmnGkTf15rn3IxQlW3hHtgiu/AU+a4ZqmniSv8gY+G8gZeYix1th05Ue8X3jqWkzlDyF69',
  'tUp0rkGF0usF7veyKwN0Gdb4J1ph0kFv7e2A2/sMVIaCCxf5lqQ8jS+oj+izh6ck3WL96fOyK2HnQHnS5ULw6roRdW0u5dZkOm3cBfHXkAFyX6',
  'vlguRiPuBB1f0F7G8pFeku+8QRk4BvZsxXu96IYp7kbNn9rheRdfUZ+9P2QhQV9zh1T45dg6ET2gJKjRasB6e8iboCEWGyC2AhMK8qLwJBjlti',
  'psOENaq6RcoS+yM7Wy85dYxJaf0pv4ILkJCgz7C5t3qMNjjr15M9lnWiR60i6DfEEOGpace1F/qD2UQEyFzyJX4AvI+Ugjoa8Tse6c1xKT4DyW',
  '5KKteq/jHPRu0dea9Qm5OLJErUVM80YR8V/nN6Jde2ruSL74BbjCvnsR147MPePL/JJDrsWVvwi+YS9pSXe5Bzqk5vZECUU8ShsyKOqgJ1Ra2g',
  'rtJ/8UhwQVD+uCg0NIQs4MHEKcqJsmkxLi/MCtvORlXRLLq6jjKj/mEIU70ZA1EeoAr0hAQ9aoJgVGmx44TBBXjQ1ZD0qygoKO/+UcMv8rHMI6',
  'Gr+IQ14Yu/8Kh5DBzIkGs9DWpmhJaEvwy1ZmcwW+UHAj0yR3ltUQmlnh438BhxT/LQ6hxXM45G/QIZljVE9AG8YotNUZoqeH45jzfNH4MCSoaw',
  'ggXBOJdztirRvwSU/vteylDjZCj6KGRL5Ri+iXKivdAbTUkHSKTrRIweyBODKMiphHOkWdWVWH2h7w0tVJz2RNAmvaMqEyrleN+3S2KYQJIje2',
  '6GPn2LKHiI82w4wzLd0hUbd3NdQsk+y596P2KcI3RH1dtKDgi3QTHxj0IWxpBR5T7Sztui3ucB3I79kmPqYIJe/useFDIiuyBtXv8MZfj9eRyf',
  '3oCXheI7WXWa8hT7mtDkaRcvgS1fEsrOpZIJ+pWz8JqqyJe8wV93Y98AcRcXt8viPe2YI/lVQcfQj7q9rPS7+QtfvYhqquRExouOp4yCvauAdW',
  'Rh3rFHAig0/rgkFjgx/hQ1CDK1rWx6X7Q9y7PS1zYyE1u7HPUXsP8YXNWi30vvKYF3KtxhyA+bjh6/QGEB+LHoRYR3/ioQ7x1IWPqTMpRdwQD1',
  'Gnx9y++MN6v6WNfyaOj/mA6GyuQLK7w2niqmJmwLswO5i9KJmZRdppTCRnoxyRiyHGJsnbWip0FcpUlCTbxMrdPCfPJzqBC/cM/jWuOdx8hzeB',
  'g0q73tOBb77NJ9B1VH/ljHU/cM4/3DXyP85a4miDFRKDhwum6Z4ncetakUJ62ffBtUzOnLLG7rAucyufE+dh+Ix+JOotiQ/STznD1b2Ih9D+XJ',
  'yn3X1erGumx0qqi97o3tW6MF/g71HNeadU9kr3dzkTNrHCtNWj3jJRlwuvvu/zDxhBj6BfU403kRaLd1dyb9jHRI40A0qar5kenC66YnCm0vbJ',
  'IHQm0BF0Gzjxni3qkCfimDAQuesx78LfoEbvOoqexrT6EX4pfPLq/Dqfw4Y9g25Jby7YYKKOG7cQ/SOFH7lmdEtd9slf3EY98YsmkLrl2rtbwT',
  '+wAxw43ElO21zv34hzMnlmJGpq8Ke63gRlJnvcPWZRV3ydJ2dFxBH1UXDUl+hvXxZyry1PJvvcWVtLJy6vdl1inEwqyQk6/eOamjl5x5KgjvSg',
  'EzzK9Ur6mkJvYE5X0wh5xp5LG7yMmlwugqHABp49sMUaA318CHX0herpuohRngzF3uUStqZOHApsoEY2ny91Da6flIiJxqNJg+vdkzxfMNbiHZ',
  'tvrt8IvjvsUueM/J6Rt6veLDweqvEsUOIwnhjOPPbC+GW9SyWT7ROtPE+GTdpJm4EnaFKNrlMHfUaZKM/VxchXn9vX42qFbtnFr+c9v3nledhj',
  '7hA64ylvtKnmF08xLjH/tL8+kib39YeZQByFCk160eYSS/9gvb4kz3HLdfSMP+PtIGpQ4HXuxOCYYOvLnyfoLr+prnOKuv7syJ8uPonzqKfrEx',
  'EbNUWPwzXkz9vzmCoiBTzJh1JnIlZYU5YLXvsJR0/xHvsitEv9+WakiiPKb62LmvnemZmIOXqM+Cmru5spUD8HqS0uWkPo9FO+8O7PJtk9Xw9k',
  'vfJEEX6KflUtF/Tr1aaN+A3gfn/B6xesI4fqATitLhqagl/Oe6mzgA++MFc09HtSXPS0sBkQQ28J7m3GNQ3cDv9U9B//Dl8a8IV5MKapHj/Gj9',
  'AcOy444eHaE2x+Zz7BXBTIo9D7uCRGdYmL0IB32gh7NTWwPTxc9ckvcg4AVqG/lMu5s7xvgJxgdjC6CLoMNnZMu84R3+6TPXncJ8OR8ZI5++5c',
  '+f78swKvNB8uHCw4Y0JL8C/yno/yZ50zi5o9i98GrYv2zsH5kyM01DOf915/Lv1wiHunVTzzR+T2pmXetMyblnnTMi/hFqFlfOu5v/G96Z03vf',
  'Omd970zt+kd/R78v34w///YSuIjZ41tXL5DcHVieN2PBzVfK6WtPeqaRg0HPbNQi7OHoe89DuCns4br2FhJM/7BNZQyxuJWWnrb/8HyL4TOLUn',
  'AAA=',
];

/** Puts a value of any bytes. @param key and value in base64 */
async function put({ members }: EtcdCluster, key: string, value: string): Promise<void> {
  const url = `http://127.0.0.1:${members[0]?.clientPort}/v3/kv/put`;
  const answer = await fetch(url, { method: 'POST', body: JSON.stringify({ key, value }) });
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
}

export async function olderEtcd(etcd: EtcdCluster): Promise<void> {
  const text = gunzipSync(Buffer.from(ENTRIES.join(''), 'base64')).toString();
  for (const [key, value] of JSON.parse(text) as [string, string][]) await put(etcd, key, value);
}

/** As a release of the future would have written it. */
export function makeNewer(etcd: EtcdCluster, key: string): void {
  etcd.ctl('put', key, (etcd.get(key) ?? '').replace('"format":1,', '"format":1000,'));
}
