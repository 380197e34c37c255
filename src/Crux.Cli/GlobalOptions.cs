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
        OperatorKey = new Option<string?>("--operator-key")
        {
            Description = $"An operator's key: it signs what is ordered, and opens --host; also {OperatorKeyVariable}. It never leaves this machine",
            HelpName = "FILE",
            Recursive = true,
            DefaultValueFactory = _ => terminal.Variable(OperatorKeyVariable) is { Length: > 0 } path ? path : null,
        };
        Host = new Option<string?>("--host")
        {
            Description = $"Ask the node at an address instead of this machine's; also {HostVariable}",
            HelpName = "ADDRESS[:PORT]",
            Recursive = true,
            DefaultValueFactory = _ => terminal.Variable(HostVariable) is { Length: > 0 } host ? host : null,
        };
        NodeId = new Option<string?>("--node-id")
        {
            Description = "The id that the node behind --host must prove: for the first contact with a flock",
            HelpName = "ID",
            Recursive = true,
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

    /// <summary>The environment variable that names the operator's key.</summary>
    public const string OperatorKeyVariable = "CRUX__OPERATOR_KEY";

    /// <summary>The environment variable that names the node to ask.</summary>
    public const string HostVariable = "CRUX__HOST";

    public Option<string> Socket { get; }

    public Option<string?> OperatorKey { get; }

    public Option<string?> Host { get; }

    public Option<string?> NodeId { get; }

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
