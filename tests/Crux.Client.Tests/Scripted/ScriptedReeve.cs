using System.Security.Cryptography;
using System.Text;
using Crux.Protos;
using Google.Protobuf;
using Grpc.Core;

namespace Crux.Client.Tests.Scripted;

/// <summary>A reeve that says what a test wants said, for what no healthy node would do on demand.</summary>
public sealed class ScriptedReeve(ScriptedRegistry registry) : Reeve.ReeveBase
{
    public override Task<EnrollReply> Enroll(EnrollRequest request, ServerCallContext context)
    {
        if (!registry.Enrolls)
            throw new RpcException(new Grpc.Core.Status(StatusCode.FailedPrecondition, "Not now."));
        var statement = new IdentityStatement
        {
            Group = request.Group,
            Service = request.Service,
            Endpoint = request.Endpoint,
            PublicKey = request.PublicKey,
            Generation = request.Generation,
            NodeKey = ByteString.CopyFrom(registry.NodeKey.ExportSubjectPublicKeyInfo()),
        }.ToByteString();
        byte[] message = [.. Encoding.ASCII.GetBytes("crux identity v1\0"), .. statement.Span];
        return Task.FromResult(new EnrollReply
        {
            Node = registry.Info,
            Statement = new SignedStatement
            {
                Statement = statement,
                Signature = ByteString.CopyFrom(registry.NodeKey.SignData(message, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation)),
            },
        });
    }

    public override Task<FindReply> Find(FindRequest request, ServerCallContext context) => Task.FromResult(registry.Find(request.Selector));

    public override Task Watch(WatchRequest request, IServerStreamWriter<FindReply> responseStream, ServerCallContext context) =>
        PushAsync(() => registry.Find(request.Selector), responseStream, context);

    public override Task WatchNodes(WatchNodesRequest request, IServerStreamWriter<WatchNodesReply> responseStream, ServerCallContext context) =>
        PushAsync(registry.Nodes, responseStream, context);

    private async Task PushAsync<T>(Func<T> state, IServerStreamWriter<T> to, ServerCallContext context)
    {
        while (true)
        {
            var changed = registry.Changed();
            await to.WriteAsync(state(), context.CancellationToken);
            await changed.WaitAsync(context.CancellationToken);
        }
    }
}
