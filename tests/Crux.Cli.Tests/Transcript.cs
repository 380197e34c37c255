using System.Text.Json;

namespace Crux.Cli.Tests;

/// <summary>What one run of the command said and returned, as a pipe would get it.</summary>
internal sealed record Transcript(int Code, string Out, string Error)
{
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public static Task<Transcript> OfAsync(params string[] arguments) => OfAsync(arguments, new Dictionary<string, string>());

    public static async Task<Transcript> OfAsync(string[] arguments, IReadOnlyDictionary<string, string> environment, int? width = null, CancellationToken? stop = null)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal { Out = output, Error = error, Width = width, Variable = name => environment.GetValueOrDefault(name) };
        var code = await CruxCommand.RunAsync(arguments, terminal, stop ?? TestContext.Current.CancellationToken);
        return new Transcript(code, output.ToString(), error.ToString());
    }
}
