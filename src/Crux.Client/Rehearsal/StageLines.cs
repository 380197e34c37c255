using System.Threading.Channels;
using Grpc.Core;

namespace Crux.Client.Rehearsal;

/// <summary>What is said on the stage, in the order of the play.</summary>
internal static class StageLines
{
    /// <summary>Said and not heard yet; the play has fewer lines of each kind.</summary>
    private const int MaxWaiting = 8;

    public static Channel<T> Of<T>() => Channel.CreateBounded<T>(MaxWaiting);

    /// <summary>Says them to one listener until he leaves.</summary>
    public static async Task SayAsync<T>(Channel<T> lines, IServerStreamWriter<T> stream, ServerCallContext context)
    {
        try
        {
            await foreach (var line in lines.Reader.ReadAllAsync(context.CancellationToken))
                await stream.WriteAsync(line, context.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The play is over.
        }
    }
}
