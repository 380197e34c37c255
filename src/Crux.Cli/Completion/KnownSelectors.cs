using System.CommandLine.Completions;
using Crux.Cli.Commands;
using Crux.Protos;

namespace Crux.Cli.Completion;

/// <summary>The apis and instances that are registered, for whoever presses the tab key.</summary>
internal static class KnownSelectors
{
    // Completion must never keep a shell waiting, nor say anything: no node, no words.
    public static IEnumerable<CompletionItem> Complete(CompletionContext context, GlobalOptions options)
    {
        try
        {
            var path = context.ParseResult.GetValue(options.Socket) ?? NodeSocket.DefaultPath;
            var patience = context.ParseResult.GetResult(options.Timeout) is { Implicit: false } ? context.ParseResult.GetValue(options.Timeout) : CompletionCommand.Patience;
            return Task.Run(() => AskAsync(path, patience)).GetAwaiter().GetResult();
        }
        catch (Exception unreachable) when (unreachable is Failure or Grpc.Core.RpcException or InvalidOperationException)
        {
            return [];
        }
    }

    private static async Task<IEnumerable<CompletionItem>> AskAsync(string path, TimeSpan patience)
    {
        using var node = await NodeConnection.OpenAsync(path, patience, CancellationToken.None);
        var reply = await node.Operator.ListServicesAsync(new ListServicesRequest(), node.Within(CancellationToken.None));
        return reply.Entries.SelectMany(entry => new[] { entry.Api, entry.Instance }).Distinct().Select(name => new CompletionItem(name));
    }
}
