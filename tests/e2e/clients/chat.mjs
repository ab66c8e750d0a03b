// The OpenAI client for Node through a proxy: proxy, "chat" or "responses", and a question -> one line of JSON.
import OpenAI from "openai";
import { ProxyAgent, fetch } from "undici";

const [proxy, way, question] = process.argv.slice(2);
const client = new OpenAI({ apiKey: "k", fetch, fetchOptions: { dispatcher: new ProxyAgent(proxy) } });

async function chat() {
  const told = { text: "", called: "" };
  const messages = [{ role: "user", content: question }];
  for await (const chunk of await client.chat.completions.create({ model: "gpt-5", messages, stream: true })) {
    const delta = chunk.choices[0]?.delta;
    told.text += delta?.content ?? "";
    told.called += delta?.tool_calls?.[0]?.function?.arguments ?? "";
  }
  return told;
}

async function responses() {
  const told = { text: "", called: "" };
  for await (const event of await client.responses.create({ model: "gpt-5", input: question, stream: true })) {
    if (event.type === "response.output_text.delta") told.text += event.delta;
    if (event.type === "response.function_call_arguments.delta") told.called += event.delta;
  }
  return told;
}

try {
  console.log(JSON.stringify(await (way === "chat" ? chat() : responses())));
} catch (error) {
  console.log(JSON.stringify({ refused: error.message, status: error.status }));
}
