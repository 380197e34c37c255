using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Crux.Client.Tests.Streams;

/// <summary>What a test makes the streaming methods do.</summary>
public sealed class StreamScript
{
    private int _begun;

    /// <summary>How many calls have arrived.</summary>
    public int Begun => Volatile.Read(ref _begun);

    /// <summary>Takes the number of the call, from 1, what it may read and what it may write.</summary>
    public Func<int, IAsyncStreamReader<StringValue>?, IServerStreamWriter<StringValue>?, CancellationToken, Task> Run { get; set; } = (_, _, _, _) => Task.CompletedTask;

    public Task BeginAsync(IAsyncStreamReader<StringValue>? heard, IServerStreamWriter<StringValue>? told, ServerCallContext context) =>
        Run(Interlocked.Increment(ref _begun), heard, told, context.CancellationToken);
}
