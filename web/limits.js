// The fields for a program's limits: their ranges are those of the service, from its openapi.json.

const LABELS = {
  timeout: {label: 'Time limit', unit: 's'},
  memory_limit: {label: 'Memory limit', unit: 'MB'},
  max_memory_mb: {label: 'Memory limit', unit: 'MB'},
};

function resolve(description, schema) {
  const path = /^#\/(.*)$/.exec(schema?.$ref ?? '');
  return path ? path[1].split('/').reduce((node, key) => node?.[key], description) : schema;
}

// [{name, minimum, maximum, default}] of the limits of an API.
export function limitsOf(description, path) {
  const content = description?.paths?.[path]?.post?.requestBody?.content?.['application/json'];
  const properties = resolve(description, content?.schema)?.properties ?? {};
  return Object.entries(properties)
    .filter(([name]) => name in LABELS)
    .map(([name, property]) => ({name, minimum: property.minimum, maximum: property.maximum,
                                 default: property.default}));
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}

export class LimitFields {
  #host;
  #fields = [];

  constructor(host) {
    this.#host = host;
  }

  show(limits, wanted = {}) {
    this.#fields = limits.map((limit) => {
      const {label, unit} = LABELS[limit.name];
      const id = `limit-${limit.name}`;
      const input = element('input', {id, type: 'number', step: '1', min: limit.minimum,
                                      max: limit.maximum, inputMode: 'numeric',
                                      value: wanted[limit.name] ?? limit.default});
      input.setAttribute('aria-describedby', `${id}-range`);
      const range = element('p', {id: `${id}-range`, className: 'note',
                                  textContent: `${limit.minimum} to ${limit.maximum} ${unit}`});
      const box = element('div', {className: 'limit'});
      box.append(element('label', {htmlFor: id, textContent: `${label}, ${unit}`}), input, range);
      input.addEventListener('input', () => this.#judge({limit, input, range, unit}));
      return {limit, input, range, unit, box};
    });
    this.#host.replaceChildren(...this.#fields.map(({box}) => box));
  }

  #judge({limit, input, range, unit}) {
    const value = Number(input.value);
    const good = /^\d+$/.test(input.value) && value >= limit.minimum && value <= limit.maximum;
    input.setAttribute('aria-invalid', String(!good));
    const text = `${limit.minimum} to ${limit.maximum} ${unit}`;
    range.textContent = good ? text : `A whole number, ${text}`;
    range.classList.toggle('wrong', !good);
    return good;
  }

  // {name: number}, or nothing, with the focus on the first field that is wrong.
  read() {
    const wrong = this.#fields.filter((field) => !this.#judge(field));
    if (wrong.length > 0) {
      wrong[0].input.focus();
      return undefined;
    }
    return Object.fromEntries(
      this.#fields.map(({limit, input}) => [limit.name, Number(input.value)]));
  }
}
