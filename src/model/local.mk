noinst_LIBRARIES += src/model/libmodel.a
src_model_libmodel_a_SOURCES = \
	src/model/dims.h \
	src/model/model.h \
	src/model/signal.h \
	src/model/tick.h
MODEL_LIBS = src/model/libmodel.a $(BASE_LIBS) 
