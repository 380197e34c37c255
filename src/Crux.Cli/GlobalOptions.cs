using System.CommandLine;
using System.CommandLine.Parsing;
using Crux.Cli.Text;

namespace Crux.Cli;

/// <summary>The options that every command takes.</summary>
internal sealed class GlobalOptions
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(5), LongestTimeout = TimeSpan.FromHours(1);

    public GlobalOptions(Terminal terminal)
    {
        Socket = new Option<string>("--socket")
        {
            Description = $"The node's Unix socket; also {NodeSocket.Variable} in the environment",
            HelpName = "PATH",
            Recursive = true,
            DefaultValueFactory = _ => terminal.Variable(NodeSocket.Variable) is { Length: > 0 } path ? path : NodeSocket.DefaultPath,
        };
        Json = new Option<bool>("--json") { Description = "Answer with one JSON object (schema: docs/cli.md)", Recursive = true };
        Timeout = new Option<TimeSpan>("--timeout")
        {
            Description = "How long to wait for the node",
            HelpName = "TIME",
            Recursive = true,
            DefaultValueFactory = _ => DefaultTimeout,
            CustomParser = ReadTimeout,
        };
    }

    public Option<string> Socket { get; }

    public Option<bool> Json { get; }

    public Option<TimeSpan> Timeout { get; }

    private static TimeSpan ReadTimeout(ArgumentResult result)
    {
        if (!SpanText.TryParse(result.Tokens.Single().Value, out var span, out var problem))
            result.AddError(problem);
        else if (span <= TimeSpan.Zero || span > LongestTimeout)
            result.AddError("--timeout is from 1ms to 1h.");
        return span;
    }
}
