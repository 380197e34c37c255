using System.CommandLine;
using Crux.Cli.Json;
using Crux.Cli.Text;
using Crux.Protos;
using Grpc.Core;

namespace Crux.Cli;

/// <summary>One run of one command: what it was told, and where its answer goes. Every failure ends here as a sentence and an exit code.</summary>
internal sealed class CommandRun(Terminal terminal, GlobalOptions options, ParseResult parsed)
{
    public Terminal Terminal => terminal;

    public ParseResult Parsed => parsed;

    public bool IsJson => parsed.GetValue(options.Json);

    public TimeSpan Timeout => parsed.GetValue(options.Timeout);

    /// <summary>The node at a distance that is asked; null: this machine's.</summary>
    public string? Host => parsed.GetValue(options.Host);

    public string SocketPath => parsed.GetValue(options.Socket)!;

    /// <summary>Writes the answer: as one line of JSON, or as <paramref name="table"/> writes it for people.</summary>
    public void Answer<T>(Func<T> json, Action<Terminal> table)
    {
        if (IsJson)
            terminal.Out.WriteLine(CruxJson.Text(json()));
        else
            table(terminal);
    }

    /// <summary>A sentence under the answer that a reader must not miss. JSON carries it in a key of its own.</summary>
    public void Warn(string text)
    {
        if (!IsJson && text.Length > 0)
            Paragraph.Write(terminal.Out, terminal, new Cell("!", Tone.Warn), text);
    }

    /// <summary>Runs a command that asks the node.</summary>
    public Task<int> AskAsync(Func<NodeConnection, CancellationToken, Task<int>> command, CancellationToken cancellationToken) => GuardAsync(
        async token =>
        {
            if (Host is { } host)
                return await AskThereAsync(host, command, token);
            using var node = await NodeConnection.OpenAsync(SocketPath, Timeout, token);
            return await command(node, token);
        },
        cancellationToken);

    /// <summary>Runs a command.</summary>
    public async Task<int> GuardAsync(Func<CancellationToken, Task<int>> command, CancellationToken cancellationToken)
    {
        try
        {
            return await command(cancellationToken);
        }
        catch (Exception) when (cancellationToken.IsCancellationRequested)
        {
            return ExitCode.Interrupted;
        }
        catch (Failure failure)
        {
            return Fail(failure.ExitCode, failure.Message);
        }
        catch (RpcException problem)
        {
            var (code, message) = Explain(problem);
            return Fail(code, message);
        }
        catch (IOException problem)
        {
            // Whoever read the output has left: 'crux watch | head' is not a mistake.
            return problem.Message.Contains("Broken pipe", StringComparison.Ordinal) ? ExitCode.Ok : Fail(ExitCode.Refused, problem.Message);
        }
    }

    /// <summary>Says why there is no answer, in the form that was asked for.</summary>
    public int Fail(int code, string message)
    {
        if (IsJson)
            terminal.Out.WriteLine(CruxJson.Text(new ErrorAnswerJson(new ErrorJson(code, message))));
        else
            Paragraph.Write(terminal.Error, terminal, new Cell("crux:"), message);
        return code;
    }

    private async Task<int> AskThereAsync(string host, Func<NodeConnection, CancellationToken, Task<int>> command, CancellationToken cancellationToken)
    {
        using var remote = new RemoteNode(host, parsed.GetValue(options.OperatorKey), parsed.GetValue(options.NodeId), Timeout);
        using var node = await NodeConnection.OpenAsync(remote, Timeout, cancellationToken);
        if (remote.Known.IsOld)
        {
            var reply = await node.Operator.ListMembersAsync(new ListMembersRequest(), node.Within(cancellationToken));
            remote.Known.Write(reply.Members.Select(member => (NodeId.Read(member.NodeId.Span), member.Name)));
        }
        return await command(node, cancellationToken);
    }

    private (int Code, string Message) Explain(RpcException problem) => problem.StatusCode switch
    {
        // A Failure inside came from our own way to the socket, and says it best.
        _ when problem.Status.DebugException?.GetBaseException() is Failure failure => (failure.ExitCode, failure.Message),
        StatusCode.DeadlineExceeded => (ExitCode.Timeout,
            $"The node took the call and did not answer within {SpanText.Brief(Timeout)}. Give it longer with --timeout 30s, or see 'journalctl -u fulcrum'."),
        StatusCode.InvalidArgument => (ExitCode.Usage, problem.Status.Detail),
        StatusCode.Unimplemented => (ExitCode.Refused,
            "This node's fulcrum doesn't know that command: it is of another version than crux. Compare 'crux --version' with 'fulcrum --version'."),
        StatusCode.PermissionDenied => (ExitCode.Refused, problem.Status.Detail),
        StatusCode.FailedPrecondition => (ExitCode.Refused, problem.Status.Detail),
        StatusCode.Unavailable or StatusCode.Internal when problem.Status.DebugException is not null && Host is { } host => (ExitCode.Refused,
            $"The node at {host} ended the connection: this key is no operator's there, or not any more, or it is just stopping. See 'crux operator list' on a node."),
        StatusCode.Unavailable or StatusCode.Internal when problem.Status.DebugException is not null => (ExitCode.Unreachable,
            $"Behind the socket {SocketPath} nobody speaks as a node does, or it is just stopping. See 'systemctl status fulcrum'."),
        StatusCode.Unavailable => (ExitCode.Unreachable, $"The node is stopping: {problem.Status.Detail}. See 'systemctl status fulcrum'."),
        _ => (ExitCode.Refused, $"The node refused: {problem.Status.Detail} ({problem.StatusCode}). See 'journalctl -u fulcrum'."),
    };
}
