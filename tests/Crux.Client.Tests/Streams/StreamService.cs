using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Crux.Client.Tests.Streams;

/// <summary>A method of each streaming kind, as generated code would bind them.</summary>
[BindServiceMethod(typeof(StreamService), nameof(Bind))]
public class StreamService(StreamScript script)
{
    public const string Name = "test.Streams";

    private static readonly Marshaller<StringValue> Word = Marshallers.Create(word => word.ToByteArray(), StringValue.Parser.ParseFrom);

    public static Method<StringValue, StringValue> TellMethod { get; } = new(MethodType.ServerStreaming, Name, nameof(Tell), Word, Word);

    public static Method<StringValue, StringValue> CollectMethod { get; } = new(MethodType.ClientStreaming, Name, nameof(Collect), Word, Word);

    public static Method<StringValue, StringValue> TalkMethod { get; } = new(MethodType.DuplexStreaming, Name, nameof(Talk), Word, Word);

    public static void Bind(ServiceBinderBase binder, StreamService? service)
    {
        binder.AddMethod(TellMethod, service is null ? null : new ServerStreamingServerMethod<StringValue, StringValue>(service.Tell));
        binder.AddMethod(CollectMethod, service is null ? null : new ClientStreamingServerMethod<StringValue, StringValue>(service.Collect));
        binder.AddMethod(TalkMethod, service is null ? null : new DuplexStreamingServerMethod<StringValue, StringValue>(service.Talk));
    }

    public virtual Task Tell(StringValue request, IServerStreamWriter<StringValue> responseStream, ServerCallContext context) =>
        script.BeginAsync(null, responseStream, context);

    public virtual async Task<StringValue> Collect(IAsyncStreamReader<StringValue> requestStream, ServerCallContext context)
    {
        await script.BeginAsync(requestStream, null, context);
        return new StringValue();
    }

    public virtual Task Talk(IAsyncStreamReader<StringValue> requestStream, IServerStreamWriter<StringValue> responseStream, ServerCallContext context) =>
        script.BeginAsync(requestStream, responseStream, context);
}
